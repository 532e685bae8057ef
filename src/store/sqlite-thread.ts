import { Worker } from 'node:worker_threads';

import { CrmwatchError, errorMessage } from '../std/std.ts';
import { toStoreError } from './sqlite-errors.ts';
import type { SqlValue } from './sqlite.ts';
import type { WorkerAnswer, WorkerOptions, WorkerRequest, WorkerResult } from './sqlite-worker.ts';

/** One connection to a SQLite file on a thread of its own. What is asked is done in its order. */
export type SqliteThread = {
  /**
   * Throws `store_unavailable` when the world is at fault; `isWithin` refuses to run outside a transaction.
   * Once the thread has died everything is `store_unavailable`, and another one must be started.
   */
  run(sql: string, values?: readonly SqlValue[], isWithin?: boolean): Promise<WorkerResult>;
  /** Never throws. */
  rollBack(): Promise<void>;
  isDead(): boolean;
  /** Closes the connection and ends the thread; never throws. */
  close(): Promise<void>;
};

type Waiting = { resolve(result: WorkerResult): void; reject(error: unknown): void };
/** Of each kind of request its own part. */
type Unnumbered<Request> = Request extends unknown ? Omit<Request, 'id'> : never;

/** Nothing lives long in the thread, so it needs little room to collect in. More than this is no error. */
const YOUNG_GENERATION_MB = 12;

export function startSqliteThread(options: WorkerOptions): SqliteThread {
  const { file } = options;
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: options,
    // Those of the process may be meant for its main module alone.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: CrmwatchError | undefined;
  // A store that nobody uses keeps no process alive; one that owes an answer does.
  worker.unref();

  function die(why: string, cause?: unknown): void {
    death ??= new CrmwatchError('store_unavailable', `the thread that writes ${file} ${why}`, {
      remedy:
        'nothing when it happens once: another thread takes its place; look at the memory of the machine',
      cause,
    });
    for (const asked of waiting.values()) asked.reject(death);
    waiting.clear();
  }

  worker.on('message', (answer: WorkerAnswer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    if ('result' in answer) return asked?.resolve(answer.result);
    const { message, errcode } = answer.failure;
    asked?.reject(toStoreError(Object.assign(new Error(message), { errcode }), file));
  });
  worker.on('error', (error) => die(`failed: ${errorMessage(error)}`, error));
  worker.on('exit', () => die('has ended'));

  async function ask(request: Unnumbered<WorkerRequest>): Promise<WorkerResult> {
    if (death !== undefined) throw death;
    return new Promise((resolve, reject) => {
      const id = ++lastId;
      if (waiting.size === 0) worker.ref();
      waiting.set(id, { resolve, reject });
      worker.postMessage({ ...request, id }, []);
    });
  }

  return {
    run: async (sql, values = [], isWithin = false) => ask({ kind: 'run', sql, values, isWithin }),
    async rollBack() {
      // A thread that died took its transaction with it.
      await ask({ kind: 'rollback' }).catch(() => {});
    },
    isDead: () => death !== undefined,
    async close() {
      const ended = new Promise((resolve) => worker.once('exit', resolve));
      if (death !== undefined) return;
      await ask({ kind: 'close' }).catch(() => {});
      worker.ref();
      await ended;
    },
  };
}
