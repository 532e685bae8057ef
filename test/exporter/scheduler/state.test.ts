import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INITIAL_STATE, nextState } from '../../../src/exporter/scheduler/scheduler.ts';
import type { ProbeState, Transition } from '../../../src/exporter/scheduler/scheduler.ts';
import { NAGIOS_TRANSITIONS } from './nagios-transitions.ts';

type Outcome = 'ok' | 'failed';

function replay(outcomes: readonly Outcome[], maxAttempts: number): readonly Transition[] {
  const policy = { intervalMs: 60, retryIntervalMs: 10, maxAttempts };
  let state = INITIAL_STATE;
  return outcomes.map((outcome) => {
    const transition = nextState(state, outcome, policy);
    state = transition.state;
    return transition;
  });
}

describe('nextState', () => {
  it('goes through soft attempts to a hard failure and back, as Nagios does', () => {
    const outcomes: Outcome[] = [
      'ok',
      'failed',
      'failed',
      'failed',
      'failed',
      'ok',
      'failed',
      'ok',
    ];
    expect(
      replay(outcomes, 3).map(({ state, change, nextDelayMs }) =>
        [state.attempt, state.stateType, change, nextDelayMs].join(' '),
      ),
    ).toEqual([
      '0 hard none 60',
      '1 soft soft_failure 10',
      '2 soft soft_failure 10',
      '3 hard hard_failure 60',
      '3 hard none 60',
      '0 hard hard_recovery 60',
      '1 soft soft_failure 10',
      '0 hard soft_recovery 60',
    ]);
  });

  it('makes the first failure hard when one attempt is all there is', () => {
    expect(replay(['failed'], 1)[0]?.change).toBe('hard_failure');
  });

  const histories = fc.array(fc.constantFrom<Outcome>('ok', 'failed'), {
    minLength: 1,
    maxLength: 40,
  });

  it('depends on nothing but the failures since the last success', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (outcomes, maxAttempts) => {
        const failuresInRow = outcomes.length - 1 - outcomes.lastIndexOf('ok');
        const { state, nextDelayMs } = replay(outcomes, maxAttempts).at(-1) as Transition;
        expect(state.attempt).toBe(Math.min(failuresInRow, maxAttempts));
        expect(state.hardFailure).toBe(failuresInRow >= maxAttempts);
        expect(state.stateType === 'soft').toBe(nextDelayMs === 10);
        expect(state.stateType === 'soft').toBe(failuresInRow > 0 && failuresInRow < maxAttempts);
      }),
    );
  });

  it('announces each hard failure once, and a hard recovery only after one', () => {
    fc.assert(
      fc.property(histories, fc.integer({ min: 1, max: 6 }), (outcomes, maxAttempts) => {
        const changes = replay(outcomes, maxAttempts)
          .map(({ change }) => change)
          .filter((change) => change.startsWith('hard'));
        const expected = changes.map((_, index) =>
          index % 2 === 0 ? 'hard_failure' : 'hard_recovery',
        );
        expect(changes).toEqual(expected);
      }),
    );
  });
});

describe('the table of Nagios', () => {
  const INTERVALS = { check_interval: 60, retry_interval: 10 } as const;
  const NOTICES = {
    none: ['none', 'soft_failure', 'soft_recovery'],
    problem: ['hard_failure'],
    recovery: ['hard_recovery'],
  } as const;

  it.each(NAGIOS_TRANSITIONS)('$rule ($before$result, max $max)', (row) => {
    const policy = { intervalMs: 60, retryIntervalMs: 10, maxAttempts: row.max };
    const step = (state: ProbeState, letter: string): Transition =>
      nextState(
        state,
        letter === 'O' ? 'ok' : 'failed',
        policy,
        letter === 'c' ? 'unreachable' : 'reachable',
      );
    const before = Array.from(row.before).reduce(
      (state, letter) => step(state, letter).state,
      INITIAL_STATE,
    );
    const { state, change, nextDelayMs } = step(before, row.result);
    expect([state.attempt, state.stateType.toUpperCase()]).toEqual([row.attempt, row.type]);
    expect(nextDelayMs).toBe(INTERVALS[row.next]);
    expect(NOTICES[row.notice]).toContain(change);
  });

  it('holds a row for each kind of notice, type and interval, and can fail', () => {
    const distinct = (key: 'notice' | 'type' | 'next'): number =>
      new Set(NAGIOS_TRANSITIONS.map((row) => row[key])).size;
    expect([distinct('notice'), distinct('type'), distinct('next')]).toEqual([3, 2, 2]);
    expect(
      nextState(INITIAL_STATE, 'failed', { intervalMs: 60, retryIntervalMs: 10, maxAttempts: 3 })
        .nextDelayMs,
    ).not.toBe(60);
  });
});
