/**
 * Completes package-lock.json after `npm install`: npm leaves out an optional platform package that the registry at
 * hand lacks (a mirror need not have Windows binaries), and then refuses its own lockfile in `npm ci`. Each missing
 * one is added with the version its parent asks for and the platform its name tells, without a checksum, so that
 * npm skips it on every other platform. test/architecture/lockfile.test.ts says when this must run.
 *
 * usage: node deploy/setup/complete-lockfile.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type LockEntry = {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};
export type Lockfile = { readonly packages: Record<string, LockEntry & Record<string, unknown>> };

export type MissingPackage = {
  readonly name: string;
  readonly version: string;
  readonly dev: boolean;
};

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32', 'aix', 'sunos'];
const PROCESSORS = [
  'arm64',
  'arm',
  'ia32',
  'loong64',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

/** Optional packages that some package of the lockfile names and that have no entry of their own. */
export function findMissing(lockfile: Lockfile): readonly MissingPackage[] {
  const missing = new Map<string, MissingPackage>();
  for (const [path, entry] of Object.entries(lockfile.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
      if (places.some((place) => place in lockfile.packages)) continue;
      missing.set(name, { name, version, dev: entry.dev === true });
    }
  }
  return [...missing.values()];
}

/** What npm would have written, as far as the name tells: `…-linux-arm-musleabihf` is linux, arm, musl. */
function entryOf(missing: MissingPackage): Record<string, unknown> {
  const words = missing.name.split(/[-/@]/u);
  const system = SYSTEMS.find((candidate) => words.includes(candidate));
  const processor = PROCESSORS.find((candidate) => words.includes(candidate));
  if (system === undefined || processor === undefined || !/^\d/u.test(missing.version)) {
    throw new Error(
      `cannot tell the platform of ${missing.name}@${missing.version} from its name: add it to package-lock.json by hand`,
    );
  }
  const library = words.some((word) => word.startsWith('musl'))
    ? { libc: ['musl'] }
    : words.some((word) => word.startsWith('gnu'))
      ? { libc: ['glibc'] }
      : {};
  return {
    version: missing.version,
    cpu: [processor],
    ...(missing.dev ? { dev: true } : {}),
    ...library,
    optional: true,
    os: [system],
  };
}

function main(): void {
  const path = join(import.meta.dirname, '../../package-lock.json');
  const lockfile = JSON.parse(readFileSync(path, 'utf8')) as Lockfile;
  const missing = findMissing(lockfile);
  for (const one of missing) {
    lockfile.packages[`node_modules/${one.name}`] = entryOf(one);
  }
  const packages = Object.fromEntries(
    Object.entries(lockfile.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en')),
  );
  writeFileSync(path, `${JSON.stringify({ ...lockfile, packages }, undefined, 2)}\n`);
  process.stdout.write(`package-lock.json: ${missing.length} optional platform packages added\n`);
}

if (import.meta.main) main();
