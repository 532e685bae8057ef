import type { ProbeKindName } from '../../catalog/catalog.ts';
import { errorMessage } from '../../std/std.ts';
import type { Logger } from '../../std/std.ts';
import type { LoopDependencies, ProbeReport } from './probe-loop.ts';

/** For self-metrics: how late a probe starts, how many run, and what was not allowed to. */
export type SchedulerObserver = {
  startDelay(seconds: number): void;
  inFlight(count: number): void;
  /** A run that the API budget of its target did not allow. */
  shed?(target: string, probe: ProbeKindName): void;
};

export type ProbeSubscriber = (report: ProbeReport) => void;

type Listeners = Pick<LoopDependencies, 'publish' | 'onStart' | 'onEnd' | 'onShed'> & {
  subscribe(subscriber: ProbeSubscriber): () => void;
};

/** Everybody who is told what the loops do. Who listens may be broken; the probes go on. */
export function createListeners(
  logger: Logger,
  observer: SchedulerObserver | undefined,
): Listeners {
  const subscribers = new Set<ProbeSubscriber>();
  let inFlightCount = 0;

  function tell(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      logger.error('a listener of the scheduler threw', { error: errorMessage(error) });
    }
  }
  function countInFlight(change: number): void {
    inFlightCount += change;
    tell(() => observer?.inFlight(inFlightCount));
  }

  return {
    publish(report) {
      for (const subscriber of subscribers) tell(() => subscriber(report));
    },
    onStart(delaySeconds) {
      tell(() => observer?.startDelay(delaySeconds));
      countInFlight(1);
    },
    onEnd: () => countInFlight(-1),
    onShed: ({ target, probe }) => tell(() => observer?.shed?.(target, probe)),
    subscribe(subscriber) {
      subscribers.add(subscriber);
      return () => void subscribers.delete(subscriber);
    },
  };
}
