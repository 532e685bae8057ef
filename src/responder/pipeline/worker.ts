import { errorMessage, sleep } from '../../std/std.ts';
import type { Clock, Logger, Timer } from '../../std/std.ts';

export type WorkerOptions = {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tickMs: number;
  readonly stopTimeoutMs: number;
  /** What must be done one after the other; gives whether anything was done. */
  readonly round: () => Promise<boolean>;
};

/** Runs something slow beside the rounds; it gives whether it did anything. */
export type Launch = (task: () => Promise<boolean>) => void;

export type Worker = {
  /** Work may be there: look now and not at the next tick. */
  wake(): void;
  readonly launch: Launch;
  start(): void;
  stop(): Promise<void>;
  /** Runs rounds until nothing is left to do now. Rejects when one failed. */
  settle(): Promise<void>;
};

/** What is under way, and whether it got anywhere. */
type Progress = {
  readonly launched: Set<Promise<void>>;
  current: Promise<void> | undefined;
  isWoken: boolean;
  /** After the round under way no other one begins, whatever is left to do. */
  isStopping: boolean;
  /** Rises with everything that was done. */
  done: number;
  failure: { readonly error: unknown } | undefined;
};

type Rounds = {
  readonly progress: Progress;
  readonly run: () => Promise<void>;
  /** Gives whether the task did anything; never rejects. */
  readonly execute: (task: () => Promise<boolean>) => Promise<boolean>;
};

/** The same trouble is logged again after this time, however often it comes. */
const LOG_AGAIN_MS = 30_000;

function createRounds({ clock, logger, round }: WorkerOptions): Rounds {
  const progress: Progress = {
    launched: new Set(),
    current: undefined,
    isWoken: false,
    isStopping: false,
    done: 0,
    failure: undefined,
  };

  let logged = { why: '', atMs: -Infinity };

  function fail(error: unknown): void {
    progress.failure = { error };
    const why = errorMessage(error);
    const atMs = clock.monotonicMs();
    if (why === logged.why && atMs - logged.atMs < LOG_AGAIN_MS) return;
    logged = { why, atMs };
    logger.error('the responder could not work and will try again', { why });
  }

  async function runRounds(): Promise<void> {
    try {
      for (let goOn = true; goOn;) {
        progress.isWoken = false;
        const hasDone = await round();
        if (hasDone) progress.done++;
        goOn = !progress.isStopping && (hasDone || progress.isWoken);
      }
    } catch (error) {
      fail(error);
    } finally {
      // Here and not later, so that who wakes the worker after the last look starts it anew.
      progress.current = undefined;
    }
  }

  return {
    progress,
    async run() {
      progress.isWoken = true;
      progress.current ??= runRounds();
      await progress.current;
    },
    async execute(task) {
      try {
        const hasDone = await task();
        if (hasDone) progress.done++;
        return hasDone;
      } catch (error) {
        fail(error);
        return false;
      }
    },
  };
}

/** Rounds one after the other, on a tick and when woken. What fails is tried again at the next tick. */
export function createWorker(options: WorkerOptions): Worker {
  const { clock, tickMs, stopTimeoutMs } = options;
  const { progress, run, execute } = createRounds(options);
  let isStarted = false;
  let timer: Timer | undefined;

  function wake(): void {
    if (isStarted) void run();
  }

  function tick(): void {
    if (!isStarted) return;
    wake();
    timer = clock.after(tickMs, tick);
  }

  return {
    wake,
    launch(task) {
      const promise = execute(task).then((hasDone) => {
        progress.launched.delete(promise);
        return hasDone ? wake() : undefined;
      });
      progress.launched.add(promise);
    },
    start() {
      if (isStarted) return;
      isStarted = true;
      tick();
    },
    async stop() {
      isStarted = false;
      progress.isStopping = true;
      timer?.cancel();
      const limit = new AbortController();
      await Promise.race([quiet(progress), sleep(clock, stopTimeoutMs, limit.signal)]);
      limit.abort();
    },
    async settle() {
      progress.failure = undefined;
      for (let before = -1; before !== progress.done;) {
        before = progress.done;
        await run();
        await quiet(progress);
        assertSound(progress);
      }
    },
  };
}

async function quiet(progress: Progress): Promise<void> {
  while (progress.current !== undefined || progress.launched.size > 0) {
    await Promise.all([progress.current, ...progress.launched]);
  }
}

function assertSound({ failure }: Progress): void {
  if (failure !== undefined) throw failure.error;
}
