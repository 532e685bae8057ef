import { describe, expect, it } from 'vitest';
import { EVIDENCE_LIMITS, countLogTemplates } from '../../../src/responder/evidence/evidence.ts';

const ONSET_MS = Date.UTC(2026, 10, 28, 16, 0, 0);
const WINDOW = { onsetAtMs: ONSET_MS, untilMs: ONSET_MS + 600_000 };

function lineAt(offsetSeconds: number, text: string): string {
  return `${new Date(ONSET_MS + offsetSeconds * 1000).toISOString()} ${text}`;
}

describe('the templates of a log', () => {
  it('are what lines have in common, with their counts since the onset and in the hour before', () => {
    const usual = [-1800, -900, -60, 30].map((at) =>
      lineAt(at, `INFO served 10.0.0.7 in ${at + 9000} ms`),
    );
    const failing = [10, 20, 25].map((at) => lineAt(at, `ERROR connection to db-${at} refused`));
    const old = lineAt(-7200, 'ERROR old');
    const later = lineAt(900, 'ERROR later');
    const log = [old, ...usual, ...failing, later].join('\n');
    expect(countLogTemplates(log, WINDOW)).toEqual([
      { template: 'error connection to <id> refused', count: 3, before: 0 },
      { template: 'info served <ip> in <number> ms', count: 1, before: 3 },
    ]);
  });

  it('keep no word of fewer than three lines, unless it tells of trouble', () => {
    const log = ['jane', 'john', 'mary'].map((who) => lineAt(1, `${who} was refused`)).join('\n');
    expect(countLogTemplates(log, WINDOW)).toEqual([
      { template: '<rare> was refused', count: 3, before: 0 },
    ]);
    const single = lineAt(1, 'FATAL: NullPointerException for Jane Miller');
    expect(countLogTemplates(single, WINDOW)[0]?.template).toBe(
      'fatal nullpointerexception for <rare>',
    );
  });

  it.each([
    ['2026-11-28 16:00:05,123 error', 1, 0],
    ['2026-11-28T17:00:05+01:00 error', 1, 0],
    ['2026-11-28 15:59:00 error', 0, 1],
    ['1.2.3.4 - - [28/Nov/2026:16:00:05 +0000] error', 1, 0],
    ['{"time":"2026-11-28T16:00:05Z","level":"error","message":"failed","user":"jane"}', 1, 0],
    ['an error without any time', 1, 0],
  ])('reads the time of %j', (line, count, before) => {
    expect(countLogTemplates(line, WINDOW)).toMatchObject([{ count, before }]);
  });

  it('take of a line of JSON only what was written for people, and a stack with its line', () => {
    const json = '{"time":"2026-11-28T16:00:05Z","level":"error","msg":"failed","customer":"jane"}';
    const stack = `${lineAt(-7200, 'error')}\n  at old code\n${lineAt(5, 'error')}\n  at timeout`;
    expect(countLogTemplates(json, WINDOW)[0]?.template).toBe('error failed');
    expect(countLogTemplates(stack, WINDOW).map(({ template }) => template)).toEqual([
      '<rare> timeout',
      'error',
    ]);
  });

  it('have an end', () => {
    const words = Array.from({ length: 300 }, (_, index) =>
      String.fromCodePoint(0x4e00 + Math.floor(index / 3)).repeat(2),
    );
    const log = words.flatMap((word) => [lineAt(1, word), lineAt(2, `${word} error`)]).join('\n');
    expect(countLogTemplates(log, WINDOW)).toHaveLength(EVIDENCE_LIMITS.logTemplates);
    expect(countLogTemplates('\n\n', WINDOW)).toEqual([]);
  });
});
