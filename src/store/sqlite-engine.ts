import { Kysely } from 'kysely';

import { CrmwatchError } from '../std/std.ts';
import type { Engine } from './engine.ts';
import { createQueue } from './queue.ts';
import type { Queue } from './queue.ts';
import { createSqliteDialect } from './sqlite-dialect.ts';
import type { SqliteThreads } from './sqlite-dialect.ts';
import { makeDurable } from './sqlite-durability.ts';
import { startSqliteThread } from './sqlite-thread.ts';
import type { SqliteThread } from './sqlite-thread.ts';
import { createNoWakes } from './wakes.ts';

export type SqliteEngineOptions = {
  readonly busyTimeoutMs: number;
  readonly allowUnsafeDurability?: boolean;
  /** Leaves the file as it is; whoever writes gets an error. */
  readonly isReadOnly?: boolean;
};

/** Throws `store_unavailable` or `store_incompatible` when the file cannot be used as it must. */
export async function openSqliteEngine(
  file: string,
  options: SqliteEngineOptions,
): Promise<Engine> {
  const queue = createQueue();
  const threads = createThreads(file, options, queue);
  // What is wrong with the file is told now and not with the first use.
  if (options.isReadOnly !== true) await threads.writer();
  const database = new Kysely<object>({ dialect: createSqliteDialect(threads, queue) });
  const alone: Engine['alone'] = async (work) => database.transaction().execute(work);
  return {
    engine: 'sqlite',
    place: file,
    database,
    alone,
    beside: alone,
    migrateAlone: alone,
    wakes: createNoWakes(),
    close: async () => threads.close(),
  };
}

function createThreads(
  file: string,
  { busyTimeoutMs, allowUnsafeDurability = false, isReadOnly = false }: SqliteEngineOptions,
  queue: Queue,
): SqliteThreads & { close(): Promise<void> } {
  const writer = createKeeper(file, async () => {
    const thread = startSqliteThread({ file, readOnly: isReadOnly, busyTimeoutMs });
    if (isReadOnly) return thread;
    try {
      await makeDurable(thread, file, { allowUnsafeDurability });
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  });
  const reader = createKeeper(file, async () =>
    startSqliteThread({ file, readOnly: true, busyTimeoutMs }),
  );
  return {
    writer: async () => writer.get(),
    reader: async () => reader.get(),
    async close() {
      await queue.enter();
      queue.leave();
      await reader.close();
      // The last one to leave tidies up the log of writes.
      await writer.close();
    },
  };
}

type Keeper = { get(): Promise<SqliteThread>; close(): Promise<void> };

/** One thread that is started when it is first needed, and again when it has died. */
function createKeeper(file: string, start: () => Promise<SqliteThread>): Keeper {
  let thread: SqliteThread | undefined;
  let starting: Promise<SqliteThread> | undefined;
  let isClosed = false;

  async function startNext(): Promise<SqliteThread> {
    try {
      thread = await start();
      return thread;
    } finally {
      starting = undefined;
    }
  }

  return {
    async get() {
      if (isClosed) {
        throw new CrmwatchError('store_unavailable', `the database ${file} was closed`, {
          remedy: 'start crmwatch again',
        });
      }
      if (thread?.isDead() === false) return thread;
      starting ??= startNext();
      return starting;
    },
    async close() {
      isClosed = true;
      await starting?.catch(() => {});
      await thread?.close();
    },
  };
}
