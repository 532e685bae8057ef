import { sleep } from '../../std/std.ts';
import type { Clock, Random } from '../../std/std.ts';

/** Other clients of a CRM that has too few workers for them. */
export type Load = {
  /** Each sends its next call as soon as it has the answer to the last one. */
  readonly clients: number;
  readonly workers: number;
  /** Mean time that a worker needs for a call. */
  readonly serviceMs: number;
};

/**
 * The workers that answer calls. Without load there is always a free one. With load, calls wait in line: with C clients,
 * W workers and a service time of S about C × S / W in the mean (Little's law for a closed system).
 */
export type WorkerPool = {
  /** The clients come one after the other, so that the waiting grows. */
  setLoad(load: Load): void;
  /** Everybody goes, and who waits is served at once. */
  clearLoad(): void;
  /** Resolves when the call has been worked on, or at once when `signal` aborts. */
  work(signal: AbortSignal): Promise<void>;
};

const ARRIVAL_MS = 100;

export function createWorkerPool(clock: Clock, random: Pick<Random, 'next'>): WorkerPool {
  let load: Load | undefined;
  let busy = 0;
  let crowd = new AbortController();
  const waiting: (() => void)[] = [];

  /** Hands the worker to who has waited longest. */
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) busy--;
    else next();
  }

  /** Resolves to false when `signal` aborts before there is a worker. */
  async function enter(workers: number, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (busy < workers) {
      busy++;
      return true;
    }
    return new Promise((resolve) => {
      const turn = (): void => {
        signal.removeEventListener('abort', giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        waiting.splice(waiting.indexOf(turn), 1);
        resolve(false);
      };
      waiting.push(turn);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** Waits for a worker and keeps it for as long as a call takes. */
  async function serve({ workers, serviceMs }: Load, signal: AbortSignal): Promise<void> {
    if (!(await enter(workers, signal))) return;
    await sleep(clock, serviceMs * (0.5 + random.next()), signal);
    leave();
  }

  async function visit(current: Load, number: number, signal: AbortSignal): Promise<void> {
    await sleep(clock, number * ARRIVAL_MS, signal);
    while (!signal.aborted) await serve(current, signal);
  }

  function clearLoad(): void {
    load = undefined;
    crowd.abort();
  }

  return {
    setLoad(next) {
      clearLoad();
      crowd = new AbortController();
      load = next;
      for (let number = 0; number < next.clients; number++) void visit(next, number, crowd.signal);
    },
    clearLoad,
    async work(signal) {
      if (load === undefined) return;
      await serve(load, AbortSignal.any([signal, crowd.signal]));
    },
  };
}
