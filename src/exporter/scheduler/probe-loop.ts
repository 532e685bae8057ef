import type { Clock, Logger, Timer } from '../../std/std.ts';
import { errorMessage } from '../../std/std.ts';
import type { ProbeRun } from '../probes/probes.ts';
import type { ScheduledProbe } from './scheduled-probe.ts';
import type { Slots, Ticket } from './slots.ts';
import { INITIAL_STATE, nextState } from './state.ts';
import type { ProbeState, StateChange, TargetReach } from './state.ts';

/** What subscribers get after each run. */
export type ProbeReport = {
  readonly run: ProbeRun;
  readonly state: ProbeState;
  readonly change: StateChange;
  readonly checkIntervalMs: number;
  readonly maxAttempts: number;
};

export type LoopDependencies = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly slots: Slots;
  /** What the other probes of a target say of it as a whole, when that counts. */
  reachOf(scheduled: ScheduledProbe): TargetReach;
  publish(report: ProbeReport): void;
  onStart(delaySeconds: number): void;
  onEnd(): void;
  onShed(scheduled: ScheduledProbe): void;
};

export type ProbeLoop = {
  /** Plans the first scheduled run. */
  begin(firstDelayMs: number): void;
  /** Where the probe stands, for a loop that takes its place. */
  state(): ProbeState;
  /** A run that starts after this call; undefined when the loop was stopped before it ended, or it was shed. */
  runNow(): Promise<ProbeReport | undefined>;
  /** Aborts what runs and cancels what has not started; resolves when nothing runs any more. Idempotent. */
  stop(): Promise<void>;
};

type Phase = 'idle' | 'queued' | 'running';
type Waiter = (report: ProbeReport | undefined) => void;
type Executed = ProbeReport & { readonly nextDelayMs: number };

/**
 * The life of one probe: wait, queue, run, judge, wait. There is one of these per probe and it is in one
 * phase at a time, so a probe never overlaps itself and a late one does not pile up. All times are
 * monotonic: a wall clock that jumps changes nothing.
 */
export function createProbeLoop(
  scheduled: ScheduledProbe,
  dependencies: LoopDependencies,
  initialState: ProbeState = INITIAL_STATE,
): ProbeLoop {
  const { clock, slots } = dependencies;
  const abort = new AbortController();
  const { signal } = abort;
  let phase: Phase = 'idle';
  let state = initialState;
  let timer: Timer | undefined;
  let ticket: Ticket | undefined;
  let isPeriodic = false;
  const waiters: Waiter[] = [];
  let current: Promise<void> = Promise.resolve();

  function plan(delayMs: number): void {
    timer?.cancel();
    const dueMs = clock.monotonicMs() + delayMs;
    timer = clock.after(delayMs, () => enqueue(dueMs, false));
  }

  function enqueue(dueMs: number, isUrgent: boolean): void {
    timer?.cancel();
    if (phase !== 'idle' || signal.aborted) return;
    phase = 'queued';
    const start = (): void => void (current = run(granted, dueMs));
    const { target, probe } = scheduled;
    const granted: Ticket = { target, probe, start };
    ticket = granted;
    slots.request(granted, isUrgent);
  }

  async function run(granted: Ticket, dueMs: number): Promise<void> {
    phase = 'running';
    const startMs = clock.monotonicMs();
    const served = waiters.splice(0);
    dependencies.onStart(Math.max(0, startMs - dueMs) / 1000);
    const report = await execute(scheduled, state, signal, dependencies);
    phase = 'idle';
    if (report !== undefined) state = report.state;
    dependencies.onEnd();
    if (report !== undefined && !signal.aborted) dependencies.publish(report);
    for (const resolve of served) resolve(signal.aborted ? undefined : report);
    again(startMs, report?.nextDelayMs ?? scheduled.policy.intervalMs);
    slots.release(granted);
  }

  function again(startMs: number, nextDelayMs: number): void {
    if (signal.aborted) return;
    if (waiters.length > 0) enqueue(clock.monotonicMs(), true);
    else if (isPeriodic) plan(Math.max(0, startMs + nextDelayMs - clock.monotonicMs()));
  }

  return {
    begin(firstDelayMs) {
      isPeriodic = true;
      if (phase === 'idle') plan(firstDelayMs);
    },
    state: () => state,
    runNow: async () =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve(undefined);
        waiters.push(resolve);
        enqueue(clock.monotonicMs(), true);
      }),
    async stop() {
      abort.abort();
      timer?.cancel();
      if (phase === 'queued' && ticket !== undefined) slots.withdraw(ticket);
      for (const resolve of waiters.splice(0)) resolve(undefined);
      await current;
    },
  };
}

async function execute(
  scheduled: ScheduledProbe,
  previous: ProbeState,
  signal: AbortSignal,
  dependencies: LoopDependencies,
): Promise<Executed | undefined> {
  const { target, probe, policy } = scheduled;
  try {
    const run = await scheduled.run(signal);
    if (run === 'shed') {
      dependencies.onShed(scheduled);
      return undefined;
    }
    const outcome = run.result.ok ? 'ok' : 'failed';
    const transition = nextState(previous, outcome, policy, dependencies.reachOf(scheduled));
    const { intervalMs, maxAttempts } = policy;
    return { run, ...transition, checkIntervalMs: intervalMs, maxAttempts };
  } catch (error) {
    dependencies.logger.error('a probe runner threw; please report it', {
      target,
      probe,
      error: errorMessage(error),
    });
    return undefined;
  }
}
