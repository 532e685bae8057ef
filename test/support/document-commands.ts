import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { formatYaml, parseYaml } from '../../src/config/config.ts';
import { PLATFORM_NAMES } from '../../src/exporter/connectors/connectors.ts';
import { encodeModel } from '../../src/responder/diagnosis/diagnosis.ts';
import { parseLabOptions } from '../lab/options.ts';
import { parseLoadOptions } from '../bench/load/options.ts';
import { createAlert, createWebhookBody } from './alerts.ts';
import { REPOSITORY } from './documents.ts';
import { findProgram } from './program.ts';
import { trainInvented } from './trained-models.ts';

/** What stands in for the reader's own files, servers and names. */
export type ReaderWorld = {
  readonly folder: string;
  readonly configFile: string;
  readonly target: string;
  /** The target that runs plugins. */
  readonly pluginTarget: string;
  readonly sandboxFolder: string;
  readonly sandboxAddress: string;
  readonly exporterUrl: string;
  readonly responderUrl: string;
};

export type CommandResult = { readonly exitCode: number; readonly output: string };

/** How a command line of a document is tried. Null: this machine lacks the program, which is then named. */
export type Way = {
  readonly matches: RegExp;
  readonly program?: string;
  try(line: string, world: ReaderWorld): Promise<CommandResult>;
};

async function runProgram(
  line: string,
  world: ReaderWorld,
  folder: string = REPOSITORY,
): Promise<CommandResult> {
  const { exporterUrl: EXPORTER, responderUrl: RESPONDER } = world;
  const { promise, resolve } = Promise.withResolvers<CommandResult>();
  const options = { cwd: folder, env: { ...process.env, EXPORTER, RESPONDER }, timeout: 15_000 };
  execFile('sh', ['-c', line], options, (error, output, errors) => {
    const code = error === null ? 0 : error.code;
    resolve({ exitCode: typeof code === 'number' ? code : 1, output: output + errors });
  });
  return promise;
}

async function runCrmwatch(words: readonly string[]): Promise<CommandResult> {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const exitCode = await runCommandLine(words, { print, note: print });
  return { exitCode, output: lines.join('\n') };
}

/** A command that serves until it is stopped is shown a configuration that it must refuse: so its options are right. */
async function refusesEmptyConfig(command: string): Promise<CommandResult> {
  const file = join(REPOSITORY, 'test/fixtures/config/empty.yaml');
  const { exitCode, output } = await runCrmwatch([command, '--config', file]);
  const isRefusal = exitCode === 3 && output.includes('the file is empty');
  return { exitCode: isRefusal ? 0 : 1, output };
}

/** What is understood and refused, because nothing was labelled or promoted in the world of the documents. */
const UNDERSTOOD = /^(nothing is labelled|not promoted|crmwatch: no other model was champion)/m;

async function tryLearning(words: readonly string[]): Promise<CommandResult> {
  const { exitCode, output } = await runCrmwatch(words);
  return { exitCode: UNDERSTOOD.test(output) ? 0 : exitCode, output };
}

/** Files that a reader would have saved. */
const READERS_FILES: Readonly<Record<string, string>> = {
  'delivery.json': createWebhookBody([createAlert()]),
  'subject.txt': 'jane.doe@example.com\n',
  'crm.log': '2026-11-28T16:00:00Z ERROR connection refused\n',
  'own.jsonl': readFileSync(join(REPOSITORY, 'test/fixtures/cli/episodes.jsonl'), 'utf8'),
  'own-model.json': encodeModel(trainInvented(1)),
};

function writeReadersFile(name: string, { folder }: ReaderWorld): string {
  const path = join(folder, name);
  writeFileSync(path, READERS_FILES[name] ?? '');
  return path;
}

/** Words, or texts in double quotes. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, text, word]) => text ?? word ?? '');
}

/** The target that can do what a line asks for. */
function targetOf(line: string, { target, pluginTarget }: ReaderWorld): string {
  return /(--kind |module=)plugin\b/.test(line) ? pluginTarget : target;
}

async function tryCrmwatch(line: string, world: ReaderWorld): Promise<CommandResult> {
  const [, ...words] = wordsOf(line.replace(/^npx /, ''));
  const [command = ''] = words;
  const configured = words.map((word, index) => {
    if (words[index - 1] === '--target') return targetOf(line, world);
    if (words[index - 1] === '--config' || word === 'crmwatch.yaml') return world.configFile;
    if (word in READERS_FILES) return writeReadersFile(word, world);
    // Training on all of them takes minutes; holding a model to them does not.
    if (word === 'models/episodes.jsonl' && index === 1 && !words.includes('--model'))
      return 'test/fixtures/cli/episodes.jsonl';
    if (words[index - 1] === '--report') return join(world.folder, word);
    // What an earlier line has written, a later one may read.
    const isModel = words[index - 1] === '--output' || word === 'iris.json';
    return isModel ? join(world.folder, 'made.json') : word;
  });
  if (['start', 'exporter', 'responder'].includes(command)) return refusesEmptyConfig(command);
  if (command === 'backup' || command === 'restore') return tryBackup(command, configured, world);
  if (command === 'evidence') return tryEvidence(configured);
  if (command === 'labels' || command === 'model') return tryLearning(configured);
  if (command === 'init') return tryInit(configured, world);
  if (command === 'sandbox') return runCrmwatch([...configured, '--data', world.sandboxFolder]);
  return runCrmwatch(configured);
}

/** No Prometheus runs here: it is asked where nobody listens, so everything else was understood. */
async function tryEvidence(words: readonly string[]): Promise<CommandResult> {
  const asked = words.map((word, index) =>
    words[index - 1] === '--prometheus' ? 'http://127.0.0.1:9' : word,
  );
  const { output } = await runCrmwatch(asked);
  const isUnderstood = output.includes('check that this is the address of a Prometheus');
  return { exitCode: isUnderstood ? 0 : 1, output };
}

let inits = 0;

/** The reader's CRM is the sandbox, and the answers are what the configuration of the documents says of it. */
async function tryInit(words: readonly string[], world: ReaderWorld): Promise<CommandResult> {
  const { configFile } = world;
  const parsed = parseYaml(readFileSync(configFile, 'utf8'), configFile);
  if (!parsed.ok) return { exitCode: 1, output: parsed.problem.message };
  const { targets } = parsed.value as { readonly targets: readonly { connection: object }[] };
  const answers = join(dirname(configFile), `answers-${++inits}.yaml`);
  writeFileSync(answers, formatYaml({ name: 'sales', connection: targets[0]?.connection }));
  const output = join(dirname(configFile), `init-${inits}.yaml`);
  const own = words.filter(
    (word, index) =>
      ![word, words[index - 1]].some((one) => ['--answers', '--output'].includes(one ?? '')),
  );
  return runCrmwatch([...own, '--answers', answers, '--output', output]);
}

let backups = 0;

/** The responder of the documents runs: a backup is written, and a restore understood and refused. */
async function tryBackup(
  command: 'backup' | 'restore',
  words: readonly string[],
  world: ReaderWorld,
): Promise<CommandResult> {
  const file = join(world.folder, `backup-${++backups}.sqlite`);
  const named = words.map((word, index) =>
    ['--to', '--from'].includes(words[index - 1] ?? '') ? file : word,
  );
  if (command === 'backup') return runCrmwatch(named);
  await runCrmwatch(['backup', '--config.file', world.configFile, '--to', file]);
  const { output } = await runCrmwatch([
    ...named.filter((word) => word !== '--overwrite'),
    '--overwrite',
  ]);
  return { exitCode: output.includes('is in use') ? 0 : 1, output };
}

/** Each npm script of the documents, and the test that runs what it runs. */
const SCRIPTS: Readonly<Record<string, string>> = {
  start: 'test/e2e/demonstration.test.ts',
  test: 'test/gate/report.test.ts',
};

async function tryScript(line: string): Promise<CommandResult> {
  const name = line.split(' ')[1] ?? '';
  const text = readFileSync(join(REPOSITORY, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  const coveredBy = SCRIPTS[name];
  const isKnown =
    scripts[name] !== undefined &&
    coveredBy !== undefined &&
    existsSync(join(REPOSITORY, coveredBy));
  return { exitCode: isKnown ? 0 : 1, output: `npm script ${name}` };
}

/** Nobody's CRM is here: that the variable is one of those that are read, and the path a test, is what can be wrong. */
async function tryLiveSuite(line: string): Promise<CommandResult> {
  const [, platform = '', path = ''] =
    /^CRMWATCH_LIVE_(\w+)=\S+ npm test -- contract (\S+)$/.exec(line) ?? [];
  const isRead =
    PLATFORM_NAMES.includes(platform.toLowerCase()) && existsSync(join(REPOSITORY, path));
  return { exitCode: isRead ? 0 : 1, output: `the live suite of ${platform} in ${path}` };
}

/** A bench takes minutes: that it exists, and understands its options, is what can be wrong. */
async function tryBench(line: string): Promise<CommandResult> {
  const [name = '', ...words] = line.split(' ').slice(4);
  if (!existsSync(join(REPOSITORY, `test/bench/${name}.ts`))) {
    return { exitCode: 1, output: `there is no bench ${name}` };
  }
  const options = name === 'load' ? parseLoadOptions(words) : words;
  return { exitCode: 0, output: JSON.stringify(options) };
}

/** A recording takes an hour: that its options are understood is what can be wrong. */
async function tryLab(line: string): Promise<CommandResult> {
  const options = parseLabOptions(line.split(' ').slice(4));
  return { exitCode: 0, output: JSON.stringify(options) };
}

/** Commands that change a machine are read, not run: the shell parses them, and the files they use exist. */
async function tryReading(line: string, world: ReaderWorld): Promise<CommandResult> {
  const missing = line
    .split(/\s+/)
    .map((word) => word.replace(/^\/opt\/crmwatch\//, ''))
    .filter((word) => word.startsWith('deploy/') && !existsSync(join(REPOSITORY, word)));
  if (missing.length > 0) return { exitCode: 1, output: `there is no ${missing.join(', ')}` };
  return runProgram(`sh -n <<'END'\n${line}\nEND`, world);
}

/** Every way to try a command line of a document; a line that none matches fails the test. */
export const WAYS: readonly Way[] = [
  { matches: /^(npx )?crmwatch /, try: tryCrmwatch },
  { matches: /^npm start -- --config \S+$/, try: async () => refusesEmptyConfig('start') },
  { matches: /^npm (start|test)$/, try: tryScript },
  { matches: /^CRMWATCH_LIVE_\w+=\S+ npm test -- /, try: tryLiveSuite },
  { matches: /^npm run bench -- /, try: tryBench },
  { matches: /^npm run lab( -- |$)/, try: tryLab },
  { matches: /^curl -si? "\$(EXPORTER|RESPONDER)\//, program: 'curl', try: tryCurl },
  { matches: /^openssl rand /, program: 'openssl', try: runProgram },
  {
    matches: /^openssl s_client /,
    program: 'openssl',
    try: async (line, world) =>
      runProgram(
        line.replaceAll('<host>:443', world.sandboxAddress).replaceAll('<host>', 'localhost'),
        world,
      ),
  },
  { matches: /^promtool check /, program: 'promtool', try: runProgram },
  // What it would ask is not running here; the sub-command and its options are what can be wrong.
  {
    matches: /^amtool /,
    program: 'amtool',
    try: async (line, world) => runProgram(`${line} --help`, world),
  },
  // It would serve for ever; a flag that it does not know it refuses before it tells its version.
  {
    matches: /^prometheus-alertmanager /,
    program: 'prometheus-alertmanager',
    try: async (line, world) => runProgram(`${line} --version`, world),
  },
  {
    matches: /^(cp|sh|install|systemctl|journalctl|docker compose) /,
    try: tryReading,
  },
];

async function tryCurl(line: string, world: ReaderWorld): Promise<CommandResult> {
  const named = line.replaceAll('<name>', targetOf(line, world));
  return runProgram(`${named} --fail --max-time 10`, world);
}

export function wayOf(line: string): Way | undefined {
  return WAYS.find(({ matches }) => matches.test(line));
}

export function isMissing({ program }: Way): boolean {
  return program !== undefined && findProgram(program) === undefined;
}
