import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { INITIAL_STATE, nextState } from '../../../../src/exporter/scheduler/scheduler.ts';
import type { ProbeState, Transition } from '../../../../src/exporter/scheduler/scheduler.ts';

const INTERVALS = { 60: 'check_interval', 20: 'retry_interval' } as const;
const NOTICES = {
  none: 'none',
  soft_failure: 'none',
  soft_recovery: 'none',
  hard_failure: 'problem',
  hard_recovery: 'recovery',
} as const;

type Verdict = {
  readonly max: number;
  readonly letters: string;
  readonly type: string;
  readonly attempt: number;
  readonly next: string;
  readonly notice: string;
};

/** What Nagios Core 4.5.12 itself made of every sequence of up to five results; written by record.ts. */
const VERDICTS: readonly Verdict[] = readFileSync(
  join(import.meta.dirname, 'verdicts-4.5.12.txt'),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => {
    const [max, letters = '', type = '', attempt, next = '', notice = ''] = line.split(' ');
    return { max: Number(max), letters, type, attempt: Number(attempt), next, notice };
  });

function judge(state: ProbeState, letter: string, maxAttempts: number): Transition {
  const policy = { intervalMs: 60, retryIntervalMs: 20, maxAttempts };
  const reach = letter === 'c' ? 'unreachable' : 'reachable';
  return nextState(state, letter === 'O' ? 'ok' : 'failed', policy, reach);
}

/** What we make of the same sequence, in the words of Nagios, which numbers an OK as attempt 1. */
function ours({ max, letters }: Verdict): Verdict & { readonly before: ProbeState } {
  let before = INITIAL_STATE;
  for (const letter of letters.slice(0, -1)) before = judge(before, letter, max).state;
  const { state, change, nextDelayMs } = judge(before, letters.slice(-1), max);
  return {
    max,
    letters,
    type: state.stateType.toUpperCase(),
    attempt: Math.max(1, state.attempt),
    next: INTERVALS[nextDelayMs as keyof typeof INTERVALS],
    notice: NOTICES[change],
    before,
  };
}

describe('what Nagios Core itself says', () => {
  it('is there for every sequence of up to five results, for each of three maxima', () => {
    expect(VERDICTS).toHaveLength(3 * (3 + 9 + 27 + 81 + 243));
    expect(new Set(VERDICTS.map(({ max, letters }) => `${max} ${letters}`)).size).toBe(1089);
  });

  it('is what we say of the type of the state and of who is told, without exception', () => {
    for (const verdict of VERDICTS) {
      const { type, notice } = ours(verdict);
      expect({ ...verdict, type, notice }).toEqual(verdict);
    }
  });

  it('is what we say of the attempt, but where a failure was hard from its first result', () => {
    const different = VERDICTS.filter((verdict) => ours(verdict).attempt !== verdict.attempt);
    // With the host down from the first failure on, Nagios stays at attempt 1 of a state that is hard.
    const expected = VERDICTS.filter(({ max, letters }) => max > 1 && /(^|O)c[cC]*$/.test(letters));
    expect(different).toEqual(expected);
    for (const verdict of different) {
      expect([verdict.attempt, ours(verdict).attempt]).toEqual([1, verdict.max]);
    }
  });

  it('is what we say of the next check, but after a soft recovery', () => {
    const different = VERDICTS.filter((verdict) => ours(verdict).next !== verdict.next);
    // Its documentation speaks of the check interval for every OK; its code checks once more at the retry interval.
    const expected = VERDICTS.filter(
      (verdict) => verdict.letters.endsWith('O') && ours(verdict).before.stateType === 'soft',
    );
    expect(different).toEqual(expected);
    expect(different).toHaveLength(33);
  });
});
