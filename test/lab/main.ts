/**
 * `npm run lab`: breaks real CRMs, records what is seen of it, and trains the model that ships.
 *
 * usage: npm run lab -- [all | record | train | summary] [options]
 *
 *   all         record what is missing, then train; the same without a word
 *   record      start the sandboxes and Trytons behind their fronts, Prometheus and Alertmanager, and record
 *   train       make the model from the recorded episodes, hold it to those that are held out, and write the figures of the
 *               model that ships into docs/DIAGNOSIS.md; needs neither network nor servers
 *   summary     count what is recorded, and name the classes that look alike
 *
 *   --output FILE     the episodes (default: models/episodes.jsonl); a recording goes on where the file ends
 *   --model FILE      what training writes (default: models/fault-classifier.json)
 *   --per-class N     episodes of each class beside those that are held out (default: 12)
 *   --sandboxes N     targets side by side (default: 4)
 *   --trytons N       (default: 2)
 *   --scrape N        seconds between scrapes (default: 5)
 *   --seed N          order, strengths and customers (default: 1)
 *   --only a,b        only episodes with one of these faults
 *   --data FOLDER     where the servers keep their data meanwhile (default: data/lab)
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { writePrinted } from './document.ts';
import { DEFAULT_MODEL, parseLabOptions } from './options.ts';
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
  const { counts, shared } = summarise(readRows(readFileSync(output, 'utf8')));
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
    const options = parseLabOptions(words);
    return await COMMANDS[options.command](options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
