/**
 * `npm test`: the whole gate, or the suites that are named.
 *
 * usage: npm test -- [check|unit|contract|e2e]... [path or part of a path]...
 *
 * Ends with the plain line `N passed, N failed[, N skipped]`; exit code 1 when anything failed or nothing ran. A suite that
 * leaves something in the top folder has failed. With CI=true (.ci/run) tests that are skipped have failed too, but for those
 * that need the CRM of somebody (CRMWATCH_LIVE_…) or a text that may not be copied.
 */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './check.ts';
import { ROOT, runCommand } from './gate/commands.ts';
import {
  addTallies,
  closingLine,
  isGreen,
  leftBehind,
  skippedLines,
  tallyOf,
  withoutExcuses,
} from './gate/report.ts';
import type { Tally, TestReport } from './gate/report.ts';

const SUITES = ['unit', 'contract', 'e2e'] as const;
const PARTS = ['check', ...SUITES] as const;
type Part = (typeof PARTS)[number];
/** What runs at the same time: the chains of e2e mostly wait, and the machine is free for the contracts meanwhile. */
const STAGES: readonly (readonly Part[])[] = [['check'], ['unit'], ['contract', 'e2e']];

/** Where everything can be installed, nothing may be missing. */
const isStrict = !['', 'false'].includes(process.env['CI'] ?? '');

function isPart(word: string): word is Part {
  return (PARTS as readonly string[]).includes(word);
}

function readReport(path: string): TestReport {
  if (!existsSync(path)) return { tests: [], errors: ['the test runner left no report'] };
  return JSON.parse(readFileSync(path, 'utf8')) as TestReport;
}

type Order = {
  readonly paths: readonly string[];
  /** For the reports. */
  readonly folder: string;
  /** False: what it prints is kept until another part has had the screen. */
  readonly isShown: boolean;
};

async function runSuite(suite: string, { paths, folder, isShown }: Order): Promise<Run> {
  const before = readdirSync(ROOT);
  const reportPath = join(folder, `${suite}.json`);
  const { code, output } = await runCommand(
    [
      'vitest run --config test/vitest.config.ts --project',
      suite,
      ...paths.map((path) => `'${path.replaceAll("'", '')}'`),
    ].join(' '),
    { isShown, environment: { CRMWATCH_TEST_REPORT: reportPath } },
  );
  const read = readReport(reportPath);
  const errors = [...read.errors, ...leftBehind(before, readdirSync(ROOT))];
  const report = { ...read, errors };
  const notes = [...skippedLines(report), ...errors];
  const tally = tallyOf(report, code !== 0);
  return { tally: isStrict ? withoutExcuses(tally, report) : tally, notes, output };
}

type Run = {
  readonly tally: Tally;
  readonly notes: readonly string[];
  readonly output: string;
};

async function runPart(part: Part, order: Order): Promise<Run & { readonly line: string }> {
  const begin = performance.now();
  // The walls are tested by the unit suite; as a check they would run a second time.
  const run =
    part === 'check'
      ? { tally: await runChecks({ except: ['walls'] }), notes: [], output: '' }
      : await runSuite(part, order);
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  return { ...run, line: `${part}: ${closingLine(run.tally)} (${seconds} s)` };
}

/** The first part has the screen; what the others printed comes after it. */
async function runStage(stage: readonly Part[], order: Omit<Order, 'isShown'>) {
  const [first, ...others] = stage;
  const beside = others.length === 0 ? '' : ` (${others.join(', ')} runs beside it, shown below)`;
  console.log(`\n=== ${first}${beside}`);
  const running = stage.map(async (part) => runPart(part, { ...order, isShown: part === first }));
  const runs: Awaited<ReturnType<typeof runPart>>[] = [];
  for (const [index, run] of running.entries()) {
    const done = await run;
    runs.push(done);
    if (index > 0) console.log(`\n=== ${stage[index]}\n${done.output}`);
  }
  return runs;
}

async function main(words: readonly string[]): Promise<number> {
  const named = PARTS.filter((part) => words.includes(part));
  const paths = words.filter((word) => !isPart(word));
  const parts: readonly Part[] = named.length > 0 ? named : PARTS;
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-test-'));
  const runs: Awaited<ReturnType<typeof runPart>>[] = [];
  try {
    for (const stage of STAGES.map((all) => all.filter((part) => parts.includes(part)))) {
      if (stage.length > 0) runs.push(...(await runStage(stage, { paths, folder })));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const lines = runs.map((run) => run.line);
  const total = addTallies(runs.map((run) => run.tally));
  console.log(['\n=== result', ...runs.flatMap((run) => run.notes), ...lines].join('\n'));
  console.log(closingLine(total));
  return isGreen(total) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
