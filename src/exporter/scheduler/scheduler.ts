import type { ProbeKindName } from '../../catalog/catalog.ts';
import { errorMessage, sleep } from '../../std/std.ts';
import type { Clock, Logger, Random } from '../../std/std.ts';
import { createProbeLoop } from './probe-loop.ts';
import type { ProbeReport } from './probe-loop.ts';
import type { ScheduledProbe } from './scheduled-probe.ts';
import { createSlots } from './slots.ts';

export type { ProbeReport } from './probe-loop.ts';
export { planTarget } from './scheduled-probe.ts';
export type { ScheduledProbe, TargetPlan } from './scheduled-probe.ts';
export { INITIAL_STATE, nextState } from './state.ts';
export type { AttemptPolicy, ProbeState, StateChange, Transition } from './state.ts';

export type SchedulerDependencies = {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** For self-metrics: how late a probe starts, and how many run. */
  readonly observer?: {
    startDelay(seconds: number): void;
    inFlight(count: number): void;
  };
};

export type SchedulerOptions = {
  readonly maximumConcurrent?: number;
  readonly maximumConcurrentPerTarget?: number;
  /**
   * First runs are spread at random over this time, or the probe's interval if that is shorter. Default:
   * 100 ms for each probe, so that a few are seen soon and thousands do not start together.
   */
  readonly firstRunSpreadMs?: number;
  /** Longest wait in stop() for aborted probes to end. */
  readonly stopTimeoutMs?: number;
};

export type ProbeSubscriber = (report: ProbeReport) => void;

export type Scheduler = {
  start(): void;
  /** Aborts what runs and waits for it, at most `stopTimeoutMs`. Idempotent; nothing is published after. */
  stop(): Promise<void>;
  /** Calls the subscriber after every run, in the order runs end; returns how to unsubscribe. */
  subscribe(subscriber: ProbeSubscriber): () => void;
  /**
   * Runs a probe out of turn, also before start(): the run starts after this call, so its result is fresh.
   * It counts like any other run. Undefined when there is no such probe, or on stop.
   */
  runNow(target: string, probe: ProbeKindName): Promise<ProbeReport | undefined>;
};

/** Joined with a separator, two names that contain it could share a key; as JSON they cannot. */
function keyOf(target: string, probe: ProbeKindName): string {
  return JSON.stringify([target, probe]);
}

/** Runs every probe at its own pace, within limits that keep one slow target from delaying another. */
export function createScheduler(
  scheduled: readonly ScheduledProbe[],
  dependencies: SchedulerDependencies,
  options: SchedulerOptions = {},
): Scheduler {
  const { clock, random, logger, observer } = dependencies;
  const { firstRunSpreadMs = 100 * scheduled.length, stopTimeoutMs = 5000 } = options;
  const slots = createSlots({
    total: options.maximumConcurrent ?? 64,
    perTarget: options.maximumConcurrentPerTarget ?? 3,
  });
  const abort = new AbortController();
  const subscribers = new Set<ProbeSubscriber>();
  let inFlightCount = 0;
  let isStarted = false;
  let stopping: Promise<void> | undefined;

  /** Who listens may be broken; the probes go on. */
  function tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      logger.error('a listener of the scheduler threw', { error: errorMessage(error) });
    }
  }
  function publish(report: ProbeReport): void {
    for (const subscriber of subscribers) tell(() => subscriber(report));
  }
  function countInFlight(change: number): void {
    inFlightCount += change;
    tell(() => observer?.inFlight(inFlightCount));
  }
  function onStart(delaySeconds: number): void {
    tell(() => observer?.startDelay(delaySeconds));
    countInFlight(1);
  }
  const onEnd = (): void => countInFlight(-1);
  const loopDependencies = { clock, logger, slots, signal: abort.signal, publish, onStart, onEnd };
  const loops = new Map(
    scheduled.map((one) => {
      const loop = createProbeLoop(one, loopDependencies);
      return [keyOf(one.target, one.probe), { loop, intervalMs: one.policy.intervalMs }] as const;
    }),
  );

  async function stopAll(): Promise<void> {
    abort.abort();
    slots.clear();
    const ended = Promise.all([...loops.values()].map(async ({ loop }) => loop.stop()));
    const done = new AbortController();
    await Promise.race([ended, sleep(clock, stopTimeoutMs, done.signal)]);
    done.abort();
  }

  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      for (const { loop, intervalMs } of loops.values()) {
        loop.begin(random.next() * Math.min(firstRunSpreadMs, intervalMs));
      }
    },
    stop: async () => (stopping ??= stopAll()),
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
    runNow: async (target, probe) => loops.get(keyOf(target, probe))?.loop.runNow(),
  };
}
