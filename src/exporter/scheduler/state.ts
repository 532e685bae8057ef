import type { StateType } from '../../catalog/catalog.ts';

/**
 * Where a probe stands after a run, as Nagios has it. `attempt` counts failures in a row up to
 * `max_attempts` and is 0 after a success (where Nagios shows 1); an OK is always hard. `hardFailure` is a
 * hard failure that is worth telling: one that was forced because the whole target is unreachable is not.
 */
export type ProbeState = {
  readonly attempt: number;
  readonly stateType: StateType;
  readonly hardFailure: boolean;
};

export type AttemptPolicy = {
  readonly intervalMs: number;
  readonly retryIntervalMs: number;
  readonly maxAttempts: number;
};

export type StateChange =
  | 'none'
  | 'soft_failure'
  | 'hard_failure'
  | 'soft_recovery'
  | 'hard_recovery';

export type Transition = {
  readonly state: ProbeState;
  readonly change: StateChange;
  /** Time from the start of this run to the start of the next. */
  readonly nextDelayMs: number;
};

export const INITIAL_STATE: ProbeState = { attempt: 0, stateType: 'hard', hardFailure: false };

/** What is known of the target as a whole, which Nagios calls the host. */
export type TargetReach = 'reachable' | 'unreachable';

/**
 * The state after one more run. Source of the semantics: Nagios Core, base/checks.c and "State Types": a
 * first failure is soft and checked again after the retry interval; the attempt that reaches the maximum
 * makes it hard and the check interval applies again; one success ends either. While the host is down, a
 * failure of a service is hard at once and nobody is told of it; what still fails when the host is back is told then.
 */
export function nextState(
  previous: ProbeState,
  outcome: 'ok' | 'failed',
  policy: AttemptPolicy,
  reach: TargetReach = 'reachable',
): Transition {
  if (outcome === 'ok') {
    const failed = previous.hardFailure ? 'hard_recovery' : 'soft_recovery';
    const change = previous.attempt === 0 ? 'none' : failed;
    return { state: INITIAL_STATE, change, nextDelayMs: policy.intervalMs };
  }
  if (reach === 'unreachable' && !previous.hardFailure) {
    return {
      state: { attempt: policy.maxAttempts, stateType: 'hard', hardFailure: false },
      change: 'none',
      nextDelayMs: policy.intervalMs,
    };
  }
  const attempt = Math.min(previous.attempt + 1, policy.maxAttempts);
  if (previous.hardFailure || attempt >= policy.maxAttempts) {
    return {
      state: { attempt: policy.maxAttempts, stateType: 'hard', hardFailure: true },
      change: previous.hardFailure ? 'none' : 'hard_failure',
      nextDelayMs: policy.intervalMs,
    };
  }
  return {
    state: { attempt, stateType: 'soft', hardFailure: false },
    change: 'soft_failure',
    nextDelayMs: policy.retryIntervalMs,
  };
}
