import type { ProbeKindName } from '../../catalog/catalog.ts';
import { sleep } from '../../std/std.ts';
import type { Clock, Logger, Random } from '../../std/std.ts';
import { createListeners } from './listeners.ts';
import type { ProbeSubscriber, SchedulerObserver } from './listeners.ts';
import { createProbeLoop } from './probe-loop.ts';
import type { LoopDependencies, ProbeLoop, ProbeReport } from './probe-loop.ts';
import type { ScheduledProbe } from './scheduled-probe.ts';
import { createSlots } from './slots.ts';
import type { SlotLimits } from './slots.ts';
import { INITIAL_STATE } from './state.ts';
import type { ProbeState, TargetReach } from './state.ts';

export type { ProbeSubscriber, SchedulerObserver } from './listeners.ts';
export type { ProbeReport } from './probe-loop.ts';
export { planTarget } from './scheduled-probe.ts';
export type { PlanDependencies, ScheduledProbe, TargetPlan } from './scheduled-probe.ts';
export { createSharedRuns } from './shared-runs.ts';
export type { RunRequest, SharedAnswer, SharedRun, SharedRuns } from './shared-runs.ts';
export { INITIAL_STATE, nextState } from './state.ts';
export type { AttemptPolicy, ProbeState, StateChange, TargetReach, Transition } from './state.ts';
export { apiBudgetDecoder, createApiBudget } from './budget/api-budget.ts';
export type { ApiBudget, ApiBudgetFacts, ApiBudgetPolicy } from './budget/api-budget.ts';

export type SchedulerDependencies = {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly observer?: SchedulerObserver;
};

export type SchedulerOptions = {
  readonly maximumConcurrent?: number;
  readonly maximumConcurrentPerTarget?: number;
  /** A probe that has run for this long no longer counts against maximumConcurrent. Default 2000. */
  readonly hangsAfterMs?: number;
  /**
   * While the reachability probe of a target fails, failures of its other probes are hard at once and nobody is
   * told of them, as Nagios does for the services of a host that is down. Default false.
   */
  readonly forceHardWhileUnreachable?: boolean;
  /**
   * First runs are spread at random over this time, or the probe's interval if that is shorter. Default:
   * one probe of each target at once, and 100 ms for each of the others, so that thousands do not start together.
   */
  readonly firstRunSpreadMs?: number;
  /** Longest wait in stop() for aborted probes to end. */
  readonly stopTimeoutMs?: number;
};

export type Scheduler = {
  start(): void;
  /**
   * Goes over to other probes: those with the same target, kind and fingerprint go on as if nothing had
   * happened, changed ones begin anew where they stood, the rest is aborted. Waits for what is aborted, at most
   * `stopTimeoutMs`.
   */
  replace(next: readonly ScheduledProbe[]): Promise<void>;
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

type Entry = { readonly scheduled: ScheduledProbe; readonly loop: ProbeLoop };

/**
 * Runs every probe at its own pace, within limits that keep one slow target from delaying another: a target has
 * at most `maximumConcurrentPerTarget` slots, and probes that hang leave the general slots to the others.
 */
export function createScheduler(
  scheduled: readonly ScheduledProbe[],
  dependencies: SchedulerDependencies,
  options: SchedulerOptions = {},
): Scheduler {
  const { clock, random, logger, observer } = dependencies;
  const { stopTimeoutMs = 5000, forceHardWhileUnreachable = false } = options;
  const slots = createSlots(slotLimits(options), clock);
  const listeners = createListeners(logger, observer);
  const entries = new Map<string, Entry>();
  let isStarted = false;
  let stopping: Promise<void> | undefined;

  function reachOf({ target, probe }: ScheduledProbe): TargetReach {
    if (!forceHardWhileUnreachable || probe === REACH_PROBE) return 'reachable';
    const state = entries.get(keyOf(target, REACH_PROBE))?.loop.state() ?? INITIAL_STATE;
    return state.attempt === 0 ? 'reachable' : 'unreachable';
  }
  const loopDependencies: LoopDependencies = { clock, logger, slots, reachOf, ...listeners };

  function add(one: ScheduledProbe, state?: ProbeState): Entry {
    const entry = { scheduled: one, loop: createProbeLoop(one, loopDependencies, state) };
    entries.set(keyOf(one.target, one.probe), entry);
    return entry;
  }

  async function replace(next: readonly ScheduledProbe[]): Promise<void> {
    if (stopping !== undefined) return;
    const wanted = new Set(next.map(({ target, probe }) => keyOf(target, probe)));
    const stopped: ProbeLoop[] = [];
    const begun: Entry[] = [];
    for (const [key, { loop }] of entries) {
      if (wanted.has(key)) continue;
      entries.delete(key);
      stopped.push(loop);
    }
    for (const one of next) {
      const old = entries.get(keyOf(one.target, one.probe));
      if (old?.scheduled.fingerprint === one.fingerprint) continue;
      if (old !== undefined) stopped.push(old.loop);
      begun.push(add(one, carriedOver(old?.loop.state(), one)));
    }
    if (isStarted) beginAll(begun, options, random);
    await stopAll(stopped, clock, stopTimeoutMs);
  }

  for (const one of scheduled) add(one);
  return {
    start() {
      if (isStarted) return;
      isStarted = true;
      beginAll([...entries.values()], options, random);
    },
    replace,
    async stop() {
      stopping ??= stopAll(
        [...entries.values()].map(({ loop }) => loop),
        clock,
        stopTimeoutMs,
      );
      slots.clear();
      await stopping;
    },
    subscribe: (subscriber) => listeners.subscribe(subscriber),
    runNow: async (target, probe) => entries.get(keyOf(target, probe))?.loop.runNow(),
  };
}

function beginAll(all: readonly Entry[], options: SchedulerOptions, random: Random): void {
  const spreadMs = options.firstRunSpreadMs ?? 100 * all.length;
  const seen = new Set<string>();
  for (const { scheduled: one, loop } of all) {
    // The first probe of each target runs at once, so that soon something is known of every target.
    const isFirst = options.firstRunSpreadMs === undefined && !seen.has(one.target);
    seen.add(one.target);
    const latestMs = Math.min(spreadMs, one.policy.intervalMs);
    loop.begin(isFirst ? 0 : random.next() * latestMs);
  }
}

async function stopAll(
  loops: readonly ProbeLoop[],
  clock: Clock,
  timeoutMs: number,
): Promise<void> {
  const ended = Promise.all(loops.map(async (loop) => loop.stop()));
  const done = new AbortController();
  await Promise.race([ended, sleep(clock, timeoutMs, done.signal)]);
  done.abort();
}

/** The probe that tells whether a target can be reached at all, as the host check of Nagios does. */
const REACH_PROBE: ProbeKindName = 'reachability';

function slotLimits(options: SchedulerOptions): SlotLimits {
  const total = options.maximumConcurrent ?? 64;
  return {
    total,
    perTarget: options.maximumConcurrentPerTarget ?? 3,
    hangsAfterMs: options.hangsAfterMs ?? 2000,
    maximumHanging: 50 * total,
  };
}

/** With other limits a state keeps its meaning: what was hard stays so, and no attempt is beyond the last. */
function carriedOver(
  state: ProbeState | undefined,
  { policy }: ScheduledProbe,
): ProbeState | undefined {
  if (state === undefined || state.attempt === 0) return undefined;
  if (state.stateType === 'hard') return { ...state, attempt: policy.maxAttempts };
  const attempt = Math.min(state.attempt, policy.maxAttempts - 1);
  return attempt === 0 ? undefined : { ...state, attempt };
}
