/** One test of a vitest run; `note` is the reason given to `context.skip(…)`, often empty. */
export type TestOutcome = {
  readonly file: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly note: string;
};

export type TestReport = {
  readonly tests: readonly TestOutcome[];
  /** Errors outside any test: a file that cannot be loaded, a failed suite hook, an unhandled rejection. */
  readonly errors: readonly string[];
};

export type Tally = {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
};

/**
 * Counts one suite. Each error outside a test counts as a failure, and so do a runner that failed without naming
 * one, and a suite in which no test ran or was skipped: silence is never a pass.
 */
export function tallyOf(report: TestReport, runnerFailed: boolean): Tally {
  const count = (state: TestOutcome['state']): number =>
    report.tests.filter((test) => test.state === state).length;
  const failed = count('failed') + report.errors.length;
  const isSilent = failed === 0 && (runnerFailed || report.tests.length === 0);
  return {
    passed: count('passed'),
    failed: isSilent ? 1 : failed,
    skipped: count('skipped'),
  };
}

export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally): number => tallies.reduce((total, one) => total + one[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/** The CRM of somebody, which no machine can install: names of such tests say which variable would lead to one. */
const SOMEBODYS = /\bCRMWATCH_LIVE_[A-Z0-9_]+ is not (?:set|1)\b/;
/** The note of tests of what nobody may copy to where the tests run. */
export const LICENCE_NOTE = 'licence: it may not be copied';

/** In CI nothing is excused that can be installed: what was skipped for want of a program is a failure there. */
export function withoutExcuses({ passed, failed, skipped }: Tally, report: TestReport): Tally {
  const excused = report.tests.filter(
    ({ state, name, note }) =>
      state === 'skipped' && (SOMEBODYS.test(name) || note === LICENCE_NOTE),
  ).length;
  return { passed, failed: failed + skipped - excused, skipped: excused };
}

/** Each thing that a suite left beside the sources is a failure, even if it is ignored by git. */
export function leftBehind(before: readonly string[], after: readonly string[]): readonly string[] {
  return after
    .filter((name) => !before.includes(name))
    .map((name) => `left behind in the top folder: ${JSON.stringify(name)}`);
}

/** The closing line that machines read: `N passed, N failed`, with `, N skipped` when there are any. */
export function closingLine(tally: Tally): string {
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : '';
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`;
}

/** Zero tests passed is a failure of the gate: something must have kept them from running. */
export function isGreen(tally: Tally): boolean {
  return tally.failed === 0 && tally.passed > 0;
}

/** One line per skipped test: its name says what is missing, and its note, when there is one, says more. */
export function skippedLines(report: TestReport): readonly string[] {
  return report.tests
    .filter((test) => test.state === 'skipped')
    .map(
      (test) => `skipped: ${test.file}: ${test.name}${test.note === '' ? '' : ` (${test.note})`}`,
    );
}
