/** `npm run lab`: what it does stands in `LAB_HELP`. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { writePrinted } from './document.ts';
import { DEFAULT_MODEL, LAB_HELP, parseLabOptions } from './options.ts';
import type { LabCommand, LabOptions } from './options.ts';
import { record } from './recording.ts';
import { readRows } from './rows.ts';
import { summarise } from './summary.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

async function runRecord(options: LabOptions): Promise<number> {
  const end = new AbortController();
  const onSignal = (): void => {
    // A second signal ends at once; by exit, since the servers are ended with the process only then.
    if (end.signal.aborted) process.exit(130);
    end.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // The recording waits on timers that do not keep the process alive by themselves.
  const alive = setInterval(() => {}, 1 << 30);
  try {
    const { missed } = await record({
      ...options,
      folder: resolve(options.data),
      repository: REPOSITORY,
      onProgress: (line) => console.log(line),
      signal: end.signal,
    });
    if (missed > 0)
      console.log(`${missed} episodes are missing; run it again to try them once more`);
    return end.signal.aborted ? 1 : 0;
  } finally {
    clearInterval(alive);
  }
}

/** What a command prints; it is shown as well. */
function runCommand(...words: readonly string[]): { readonly code: number; readonly text: string } {
  const command = join(REPOSITORY, 'src', 'cli', 'main.ts');
  const { status, stdout } = spawnSync(process.execPath, [command, ...words], {
    stdio: ['inherit', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  process.stdout.write(stdout);
  return { code: status ?? 1, text: stdout };
}

/** Trains, holds the model to the held-out episodes, and writes the figures of the model that ships into the document. */
function runTrain({ output, model }: LabOptions): number {
  const trained = runCommand('train', output, '--output', model);
  if (trained.code !== 0) return trained.code;
  const evaluated = runCommand('evaluate', output, '--model', model);
  if (evaluated.code === 0 && model === DEFAULT_MODEL) {
    const document = join(REPOSITORY, 'docs', 'DIAGNOSIS.md');
    writePrinted(document, 'printed by the training', trained.text);
    writePrinted(document, 'printed by the evaluation', evaluated.text);
  }
  return evaluated.code;
}

function runSummary({ output }: LabOptions): number {
  const { counts, shared } = summarise(readRows(readFileSync(output, 'utf8'), output));
  for (const { label, episodes, rows } of counts) {
    console.log(`${label.padEnd(50)} ${episodes} episodes, ${rows} rows`);
  }
  console.log('\nonly measurements tell apart:');
  for (const { signature, labels } of shared) console.log(`  ${labels.join(', ')}: ${signature}`);
  return 0;
}

const COMMANDS: Readonly<Record<LabCommand, (options: LabOptions) => number | Promise<number>>> = {
  all: async (options) => (await runRecord(options)) || runTrain(options),
  record: runRecord,
  train: runTrain,
  summary: runSummary,
};

async function main(words: readonly string[]): Promise<number> {
  try {
    if (words.includes('--help') || words.includes('-h')) {
      console.log(LAB_HELP);
      return 0;
    }
    const options = parseLabOptions(words);
    return await COMMANDS[options.command](options);
  } catch (error) {
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
    console.error('  remedy: npm run lab -- --help tells what it takes');
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
