import { describe, expect, it } from 'vitest';
import {
  LICENCE_NOTE,
  addTallies,
  closingLine,
  isGreen,
  leftBehind,
  skippedLines,
  tallyOf,
  withoutExcuses,
} from './report.ts';
import type { TestOutcome } from './report.ts';

function outcome(state: TestOutcome['state'], note = ''): TestOutcome {
  return { file: 'test/a.test.ts', name: 'a > works (needs trytond)', state, note };
}

describe('the tally of a suite', () => {
  it('counts each state, and errors outside tests as failures', () => {
    const report = {
      tests: [outcome('passed'), outcome('passed'), outcome('skipped'), outcome('failed')],
      errors: ['test/b.test.ts: cannot be loaded'],
    };
    expect(tallyOf(report, true)).toEqual({ passed: 2, failed: 2, skipped: 1 });
  });

  it('takes a suite without a test for a failure', () => {
    expect(tallyOf({ tests: [], errors: [] }, false).failed).toBe(1);
  });

  it('believes the runner when it fails without naming a test', () => {
    expect(tallyOf({ tests: [outcome('passed')], errors: [] }, true).failed).toBe(1);
  });
});

describe('the closing line', () => {
  it('names skipped tests only when there are any', () => {
    expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
    expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
  });

  it('is green only when something passed and nothing failed', () => {
    expect(isGreen({ passed: 1, failed: 0, skipped: 9 })).toBe(true);
    expect(isGreen({ passed: 0, failed: 0, skipped: 9 })).toBe(false);
    expect(isGreen({ passed: 9, failed: 1, skipped: 0 })).toBe(false);
  });

  it('adds suites up', () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(addTallies([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
  });
});

describe('skipped tests', () => {
  it('are listed by name, with the note if there is one', () => {
    const tests = [outcome('passed'), outcome('skipped'), outcome('skipped', 'no promtool')];
    expect(skippedLines({ tests, errors: [] })).toEqual([
      'skipped: test/a.test.ts: a > works (needs trytond)',
      'skipped: test/a.test.ts: a > works (needs trytond) (no promtool)',
    ]);
  });

  it('are failures where nothing may be missing', () => {
    const tests = [outcome('skipped'), outcome('skipped')];
    const strict = withoutExcuses({ passed: 3, failed: 1, skipped: 2 }, { tests, errors: [] });
    expect(closingLine(strict)).toBe('3 passed, 3 failed');
  });

  it('are excused where it is the CRM of somebody that is missing', () => {
    const live = { ...outcome('skipped'), name: 'zoho: CRMWATCH_LIVE_ZOHO is not set > works' };
    const tests = [live, outcome('skipped'), { ...live, state: 'failed' as const }];
    const strict = withoutExcuses({ passed: 3, failed: 1, skipped: 2 }, { tests, errors: [] });
    expect(closingLine(strict)).toBe('3 passed, 2 failed, 1 skipped');
  });

  it('are excused where a licence forbids to have what they need', () => {
    const tests = [
      outcome('passed', LICENCE_NOTE),
      outcome('skipped'),
      outcome('skipped', LICENCE_NOTE),
    ];
    const strict = withoutExcuses({ passed: 1, failed: 0, skipped: 2 }, { tests, errors: [] });
    expect(closingLine(strict)).toBe('1 passed, 1 failed, 1 skipped');
  });
});

describe('the top folder', () => {
  it('is as clean after a suite as before', () => {
    expect(leftBehind(['src', 'test'], ['src', 'test'])).toEqual([]);
    expect(leftBehind(['src'], ['a b', 'src'])).toEqual(['left behind in the top folder: "a b"']);
  });
});
