import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { findProgram, runProgram } from '../../support/program.ts';

/** An Alertmanager that the matrix runs with. */
export type Sender = { readonly name: string; readonly program: string };

export type FoundSenders = {
  readonly senders: readonly Sender[];
  /** By name, with the reason and the remedy. */
  readonly missing: readonly string[];
};

/**
 * Versions that are built from the Go module proxy. The sum is that of the module (h1, as in go.sum); its own go.sum
 * pins everything that it is built from.
 */
const PINNED = [
  { version: '0.35.0', sum: 'h1:nbXMjr+P2JaoFd7aHNDxKifEwTPN+TWxM0gNPonuH5w=' },
  { version: '0.34.2', sum: 'h1:4oOnHs4J41X9n+7MucFjA3I5i5MtasjWTnIY27q5Qkw=' },
] as const;

const MODULE = 'github.com/prometheus/alertmanager';
const ROOT = resolve(import.meta.dirname, '../../..');
const FOLDER = join(ROOT, '.crmwatch/alertmanager');
const DEBIAN = ['prometheus-alertmanager', 'alertmanager'];
const DOWNLOAD_MS = 300_000;
const BUILD_MS = 900_000;

type Download = { readonly Dir?: string; readonly Sum?: string; readonly Error?: string };

async function runGo(folder: string, words: readonly string[], timeoutMs: number): Promise<string> {
  return runProgram('go', { arguments: words, folder, logFile: join(FOLDER, 'go.log'), timeoutMs });
}

/** The module zip lacks the pages, which are built with other tools; it compiles with an empty one in their place. */
function addPages(source: string): void {
  const folder = join(source, 'ui/app/dist');
  for (const page of ['', 'elm', 'mantine']) {
    mkdirSync(join(folder, page), { recursive: true });
    writeFileSync(join(folder, page, 'index.html'), '<!doctype html>\n');
  }
}

/** Files of the module cache are read-only, and so would be the copy. */
function makeWritable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name));
  }
}

/** Throws with the output of Go when it cannot be downloaded or built, or is not what was pinned. */
async function build({ version, sum }: (typeof PINNED)[number], program: string): Promise<void> {
  const place = join(FOLDER, `build-${version}`);
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place, { recursive: true });
  const download = ['mod', 'download', '-json', `${MODULE}@v${version}`];
  const module = JSON.parse(await runGo(place, download, DOWNLOAD_MS)) as Download;
  if (module.Sum !== sum) throw new Error(`its sum is ${module.Sum} instead of ${sum}`);
  const source = join(place, 'source');
  cpSync(module.Dir ?? '', source, { recursive: true });
  makeWritable(source);
  addPages(source);
  const built = join(place, 'alertmanager');
  const name = `-X github.com/prometheus/common/version.Version=${version}`;
  const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', `-s -w ${name}`];
  await runGo(source, ['build', ...flags, '-o', built, './cmd/alertmanager'], BUILD_MS);
  renameSync(built, program);
  rmSync(place, { recursive: true });
}

async function findBuilt(
  pinned: (typeof PINNED)[number],
  progress: (line: string) => void,
): Promise<Sender | string> {
  const { version } = pinned;
  const program = join(FOLDER, `alertmanager-${version}`);
  if (existsSync(program)) return { name: version, program };
  if (findProgram('go') === undefined) {
    return `Alertmanager ${version}: there is no Go to build it with. Remedy: install Go 1.26 or later`;
  }
  progress(`builds Alertmanager ${version}, a minute or two the first time`);
  try {
    await build(pinned, program);
    return { name: version, program };
  } catch (error) {
    const why = (error as Error).message.slice(-1000);
    return `Alertmanager ${version}: ${why}. Remedy: check the network, and that Go is 1.26 or later`;
  }
}

/** Debian's, and the pinned ones, which are built into .crmwatch/ when they are not there yet. */
export async function findSenders(progress: (line: string) => void): Promise<FoundSenders> {
  mkdirSync(FOLDER, { recursive: true });
  const senders: Sender[] = [];
  const missing: string[] = [];
  const debian = DEBIAN.map((name) => findProgram(name)).find((program) => program !== undefined);
  if (debian !== undefined) senders.push({ name: 'Debian', program: debian });
  else missing.push("Debian's Alertmanager. Remedy: apt-get install prometheus-alertmanager");
  for (const pinned of PINNED) {
    const found = await findBuilt(pinned, progress);
    if (typeof found === 'string') missing.push(found);
    else senders.push(found);
  }
  return { senders, missing };
}
