/**
 * `npm test`: the whole gate, or the suites that are named.
 *
 * usage: npm test -- [check|unit|contract|e2e]... [path or part of a path]...
 *
 * Ends with the plain line `N passed, N failed[, N skipped]`; exit code 1 when anything failed or nothing ran. A suite that
 * leaves something in the top folder has failed. With CI=true (.ci/run) tests that are skipped have failed too.
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

/** Where everything can be installed, nothing may be missing. */
const isStrict = !['', 'false'].includes(process.env['CI'] ?? '');

function isPart(word: string): word is Part {
  return (PARTS as readonly string[]).includes(word);
}

function readReport(path: string): TestReport {
  if (!existsSync(path)) return { tests: [], errors: ['the test runner left no report'] };
  return JSON.parse(readFileSync(path, 'utf8')) as TestReport;
}

async function runSuite(suite: string, paths: readonly string[], folder: string): Promise<Run> {
  const before = readdirSync(ROOT);
  const reportPath = join(folder, `${suite}.json`);
  const { code } = await runCommand(
    [
      'vitest run --config test/vitest.config.ts --project',
      suite,
      ...paths.map((path) => `'${path.replaceAll("'", '')}'`),
    ].join(' '),
    { isShown: true, environment: { CRMWATCH_TEST_REPORT: reportPath } },
  );
  const read = readReport(reportPath);
  const errors = [...read.errors, ...leftBehind(before, readdirSync(ROOT))];
  const report = { ...read, errors };
  return { tally: tallyOf(report, code !== 0), notes: [...skippedLines(report), ...errors] };
}

type Run = { readonly tally: Tally; readonly notes: readonly string[] };

async function runPart(part: Part, paths: readonly string[], folder: string): Promise<Run> {
  console.log(`\n=== ${part}`);
  // The walls are tested by the unit suite; as a check they would run a second time.
  if (part === 'check') return { tally: await runChecks({ except: ['walls'] }), notes: [] };
  return runSuite(part, paths, folder);
}

async function main(words: readonly string[]): Promise<number> {
  const named = PARTS.filter((part) => words.includes(part));
  const paths = words.filter((word) => !isPart(word));
  const parts = named.length > 0 ? named : PARTS;
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-test-'));
  const runs: Run[] = [];
  const lines: string[] = [];
  try {
    for (const part of parts) {
      const begin = performance.now();
      const { tally, notes } = await runPart(part, paths, folder);
      const seconds = ((performance.now() - begin) / 1000).toFixed(0);
      const run = { tally: isStrict ? withoutExcuses(tally) : tally, notes };
      runs.push(run);
      lines.push(`${part}: ${closingLine(run.tally)} (${seconds} s)`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const total = addTallies(runs.map((run) => run.tally));
  console.log(['\n=== result', ...runs.flatMap((run) => run.notes), ...lines].join('\n'));
  console.log(closingLine(total));
  return isGreen(total) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
