import type { ProbeKindName } from '../../catalog/catalog.ts';
import type { Clock, Logger } from '../../std/std.ts';
import type { ProbeRun } from '../probes/probes.ts';
import type { ScheduledProbe } from './scheduled-probe.ts';

/** A finished run with what it logged. */
export type SharedRun = { readonly run: ProbeRun; readonly log: readonly string[] };

export type RunRequest = {
  /** How long the caller can wait. */
  readonly deadlineMs: number;
  /** A result that is younger is given as it is. */
  readonly minimumIntervalMs: number;
  /** A result that is older is never given, not even when the deadline comes first. */
  readonly maximumAgeMs: number;
  /** The caller hung up. */
  readonly signal: AbortSignal;
};

export type SharedAnswer =
  | ({ readonly kind: 'answered'; readonly ageSeconds: number } & SharedRun)
  /** The deadline came first and there is no older result to give; the run goes on. */
  | { readonly kind: 'late' }
  /** The API budget of the target did not allow a run, and there is no older result to give. */
  | { readonly kind: 'shed' }
  | { readonly kind: 'hung_up' };

export type SharedRuns = {
  /** The same probe; its scheduled runs are shared with those who ask for it meanwhile. */
  share(scheduled: ScheduledProbe): ScheduledProbe;
  /** A result that is young enough, that of the run in flight, or that of a new one. */
  ask(scheduled: ScheduledProbe, request: RunRequest): Promise<SharedAnswer>;
  /** Forgets the results of a probe, or of all probes of a target. What runs is no longer joined. */
  forget(target: string, probe?: ProbeKindName): void;
  /** Aborts everything that runs. */
  stop(): void;
};

export type SharedRunsOptions = {
  readonly clock: Clock;
  /** Results that are kept; the one that was used least recently gives way. */
  readonly maximumResults: number;
  /** A logger for one run, with the lines that it was given so far. */
  readonly createLog: () => { readonly logger: Logger; readonly lines: readonly string[] };
  /** Hears of every run that ended, scheduled or asked for. */
  readonly onFinished: (finished: SharedRun) => void;
  /** Hears of every run that the API budget did not allow, scheduled or asked for. */
  readonly onShed?: (scheduled: ScheduledProbe) => void;
};

type Flight = {
  readonly ended: Promise<SharedRun | 'shed'>;
  readonly abort: AbortController;
  /** Callers that still wait. */
  waiting: number;
  /** It goes on without callers: it is a scheduled one, or somebody could not wait for it and will come again. */
  isPinned: boolean;
};

type Flights = {
  /** The run in flight that can still be joined, or a new one. */
  join(scheduled: ScheduledProbe): Flight;
  forget(isMeant: (key: string) => boolean): void;
  abort(): void;
};

type Results = ReturnType<typeof createResults>;

/** The last result of each probe, with the monotonic time of its end. */
function createResults(clock: Clock, maximumResults: number) {
  const kept = new Map<string, SharedRun & { readonly endedMs: number }>();
  return {
    keep(key: string, finished: SharedRun): void {
      kept.delete(key);
      kept.set(key, { ...finished, endedMs: clock.monotonicMs() });
      const [oldest] = kept.keys();
      if (kept.size > maximumResults && oldest !== undefined) kept.delete(oldest);
    },
    last(key: string, maximumAgeMs: number): SharedAnswer | null {
      const last = kept.get(key);
      if (last === undefined) return null;
      const ageMs = clock.monotonicMs() - last.endedMs;
      if (ageMs >= maximumAgeMs) return null;
      kept.delete(key);
      kept.set(key, last);
      return { kind: 'answered', run: last.run, log: last.log, ageSeconds: ageMs / 1000 };
    },
    forget(isMeant: (key: string) => boolean): void {
      for (const key of [...kept.keys()].filter(isMeant)) kept.delete(key);
    },
  };
}

function createFlights(results: Results, options: SharedRunsOptions): Flights {
  const { createLog, onFinished, onShed } = options;
  const flights = new Map<string, Flight>();

  function launch(scheduled: ScheduledProbe): Flight {
    const key = keyOf(scheduled.target, scheduled.probe);
    const abort = new AbortController();
    async function fly(): Promise<SharedRun | 'shed'> {
      const { logger, lines } = createLog();
      try {
        const run = await scheduled.run(abort.signal, logger);
        if (run === 'shed') {
          onShed?.(scheduled);
          return run;
        }
        const finished = { run, log: [...lines] };
        // What was aborted says nothing about the target, and what was forgotten is no longer wanted.
        if (!abort.signal.aborted && flights.get(key) === flight) results.keep(key, finished);
        if (!abort.signal.aborted) onFinished(finished);
        return finished;
      } finally {
        if (flights.get(key) === flight) flights.delete(key);
      }
    }
    const started = Promise.withResolvers<SharedRun | 'shed'>();
    const flight: Flight = { ended: started.promise, abort, waiting: 0, isPinned: false };
    flights.set(key, flight);
    started.resolve(fly());
    // A runner that throws is told to whoever waits; without anybody it must not end the process.
    flight.ended.catch(() => {});
    return flight;
  }

  return {
    join(scheduled) {
      const flight = flights.get(keyOf(scheduled.target, scheduled.probe));
      const isGone = flight === undefined || flight.abort.signal.aborted;
      return isGone ? launch(scheduled) : flight;
    },
    forget(isMeant) {
      for (const key of [...flights.keys()].filter(isMeant)) flights.delete(key);
    },
    abort() {
      for (const { abort } of flights.values()) abort.abort();
    },
  };
}

/**
 * At most one run of each probe at a time, whoever asks. All times are monotonic. A run that only one caller
 * waits for is aborted when that caller hangs up; a caller whose deadline comes first leaves the run going, so
 * that the next one finds its result.
 */
export function createSharedRuns(options: SharedRunsOptions): SharedRuns {
  const { clock, maximumResults } = options;
  const results = createResults(clock, maximumResults);
  const flights = createFlights(results, options);

  async function waitFor(
    flight: Flight,
    scheduled: ScheduledProbe,
    request: RunRequest,
  ): Promise<SharedAnswer> {
    flight.waiting += 1;
    const outcome = await outcomeOf(clock, flight, request);
    flight.waiting -= 1;
    if (outcome === 'hung_up') {
      if (flight.waiting === 0 && !flight.isPinned) flight.abort.abort();
      return { kind: 'hung_up' };
    }
    if (outcome === 'late') flight.isPinned = true;
    if (typeof outcome === 'object') return { kind: 'answered', ageSeconds: 0, ...outcome };
    const key = keyOf(scheduled.target, scheduled.probe);
    return results.last(key, request.maximumAgeMs) ?? { kind: outcome };
  }

  return {
    share: (scheduled) => ({
      ...scheduled,
      async run(signal) {
        const flight = flights.join(scheduled);
        flight.isPinned = true;
        const stop = (): void => flight.abort.abort();
        signal.addEventListener('abort', stop, { once: true });
        if (signal.aborted) stop();
        try {
          const ended = await flight.ended;
          return ended === 'shed' ? ended : ended.run;
        } finally {
          signal.removeEventListener('abort', stop);
        }
      },
    }),
    async ask(scheduled, request) {
      if (request.signal.aborted) return { kind: 'hung_up' };
      const key = keyOf(scheduled.target, scheduled.probe);
      const young = results.last(key, request.minimumIntervalMs);
      return young ?? waitFor(flights.join(scheduled), scheduled, request);
    },
    forget(target, probe) {
      const isMeant = (key: string): boolean => {
        const [ofTarget, ofProbe] = JSON.parse(key) as [string, string];
        return ofTarget === target && (probe === undefined || ofProbe === probe);
      };
      results.forget(isMeant);
      flights.forget(isMeant);
    },
    stop: () => flights.abort(),
  };
}

async function outcomeOf(
  clock: Clock,
  { ended }: Flight,
  { deadlineMs, signal }: RunRequest,
): Promise<SharedRun | 'shed' | 'late' | 'hung_up'> {
  const early = Promise.withResolvers<'late' | 'hung_up'>();
  const timer = clock.after(deadlineMs, () => early.resolve('late'));
  const hangUp = (): void => early.resolve('hung_up');
  signal.addEventListener('abort', hangUp, { once: true });
  try {
    return await Promise.race([ended, early.promise]);
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', hangUp);
  }
}

/** Joined with a separator, two names that contain it could share a key; as JSON they cannot. */
function keyOf(target: string, probe: ProbeKindName): string {
  return JSON.stringify([target, probe]);
}
