import { describe, expect, it } from 'vitest';
import { parseOptions, renderHelp } from './options.ts';
import { renderReport } from './report.ts';
import type { Suite, SuiteReport } from './suite.ts';

const NOTHING: SuiteReport = { done: 0, tables: [], violations: [], missing: [] };

function createSuite(name: string, unit: string, defaultCount: number): Suite {
  return { name, unit, defaultCount, title: `does ${name}`, run: async () => NOTHING };
}

const KILL = createSuite('kill', 'kills', 2000);
const CUT = createSuite('power-cut', 'cuts', 500);
const SUITES = [KILL, CUT];

describe('the options of torture', () => {
  it('run every suite with its own number on both stores when nothing is said', () => {
    expect(parseOptions([], SUITES)).toEqual({
      kind: 'run',
      options: {
        seed: 1,
        stores: ['sqlite', 'postgresql'],
        suites: [
          { suite: KILL, count: 2000 },
          { suite: CUT, count: 500 },
        ],
      },
    });
  });

  it('choose suites, numbers, seed and store', () => {
    const words = ['--only', 'power-cut', '--cuts', '7', '--seed=3', '--store', 'sqlite'];
    expect(parseOptions(words, SUITES)).toEqual({
      kind: 'run',
      options: { seed: 3, stores: ['sqlite'], suites: [{ suite: CUT, count: 7 }] },
    });
    expect(parseOptions(['--help'], SUITES)).toEqual({ kind: 'help' });
  });

  it.each([
    [['--kills', '0'], '--kills takes a whole number from 1 to 1000000, not "0"'],
    [['--seed', '1.5'], '--seed takes a whole number from 1 to 1000000, not "1.5"'],
    [['--only', 'kill,fire'], 'there is no suite "fire"; --only takes some of: kill, power-cut'],
    [['--store', 'mysql'], 'there is no store "mysql"; --store takes both, sqlite or postgresql'],
  ])('refuse %j', (words, why) => {
    expect(parseOptions(words, SUITES)).toEqual({ kind: 'wrong', why });
  });

  it('refuse what nobody knows', () => {
    expect(parseOptions(['--faster'], SUITES)).toMatchObject({ kind: 'wrong' });
  });

  it('are all in the help', () => {
    const help = renderHelp(SUITES);
    for (const option of ['--kills N', '--cuts N', '--only', '--seed', '--store', '--help']) {
      expect(help).toContain(option);
    }
  });
});

describe('the report', () => {
  it('shows tables, what was not run, and each violation with the way to repeat it', () => {
    const report: SuiteReport = {
      done: 2,
      tables: [{ title: 'By point', columns: ['Point', 'Kills'], rows: [['a|b', 2]] }],
      violations: [{ what: 'an event is missing', repeat: 'npm run torture -- --seed 9' }],
      missing: ['postgresql: install it'],
    };
    const text = renderReport([{ suite: KILL, report, seconds: 1.4 }], {
      seed: 9,
      facts: [['node', 'v1']],
    });
    expect(text).toContain('**Violations: 1**');
    expect(text).toContain('2 kills in 1 s; violations: 1.');
    expect(text).toContain('Not run: postgresql: install it');
    expect(text).toContain('| a\\|b | 2 |');
    expect(text).toContain('- an event is missing\n  Repeat it: `npm run torture -- --seed 9`');
  });
});
