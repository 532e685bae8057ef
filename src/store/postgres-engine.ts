import { randomUUID } from 'node:crypto';

import { Kysely, PostgresDialect, sql } from 'kysely';

import { sleep } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import type { DatabaseTransaction, Engine } from './engine.ts';
import { placeOfPostgres } from './postgres-errors.ts';
import { openPostgresPool } from './postgres-pool.ts';
import type { PostgresPoolOptions } from './postgres-pool.ts';
import { createPostgresWakes } from './postgres-wakes.ts';
import { createQueue } from './queue.ts';
import type { PostgresConnection } from './sql-source.ts';

/** One for the transaction, some for what is read and written beside it. */
const CONNECTIONS = 8;
/** "crmw"; with it goes the number of the lock. */
const LOCK_SPACE = 0x63726d77;
const WRITER_LOCK = 1;
/** Shared by those that add rows beside the writer, so that the tables do not change under them. */
const SCHEMA_LOCK = 2;
const CLOSE_TIMEOUT_MS = 5000;

export type PostgresEngineOptions = {
  readonly clock: Clock;
  readonly allowUnsafeDurability: boolean;
};

type OpenedDatabase = { readonly database: Kysely<object>; end(): Promise<void> };

/** One connection, for what may take as long as it takes. */
export function openPatientPostgres(
  source: PostgresConnection,
  { allowUnsafeDurability }: { readonly allowUnsafeDurability: boolean },
): OpenedDatabase {
  return openDatabase(source, { connections: 1, allowUnsafeDurability, isPatient: true });
}

function openDatabase(source: PostgresConnection, options: PostgresPoolOptions): OpenedDatabase {
  const pool = openPostgresPool(source, options);
  const database = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
  // Kysely would end nothing, and open it later, when it was never asked anything.
  return { database, end: async () => pool.end() };
}

/**
 * Opens no connection yet. SQLite lets one writer in at a time, and crmwatch decides by what it reads, so the
 * transactions of all processes take turns here too: by a queue in this process and by an advisory lock, which
 * the server gives back when a process dies. Each statement sees what was committed before it began. Those that
 * only add rows need no turn.
 */
export function openPostgresEngine(
  source: PostgresConnection,
  { clock, allowUnsafeDurability }: PostgresEngineOptions,
): Engine {
  const opened = openDatabase(source, { connections: CONNECTIONS, allowUnsafeDurability });
  const { database } = opened;
  const queue = createQueue();
  const wakes = createPostgresWakes({ source, database, clock, sender: randomUUID() });
  return {
    engine: 'postgresql',
    place: placeOfPostgres(source),
    database,
    async alone(work) {
      await queue.enter();
      try {
        return await runAloneOnPostgres(database, work);
      } finally {
        queue.leave();
      }
    },
    beside: async (work) =>
      database.transaction().execute(async (transaction) => {
        await takeLock(transaction, 'pg_advisory_xact_lock_shared', SCHEMA_LOCK);
        return work(transaction);
      }),
    async migrateAlone(work) {
      const own = openPatientPostgres(source, { allowUnsafeDurability });
      try {
        await runAloneWithSchema(own.database, work);
      } finally {
        await own.end();
      }
    },
    wakes,
    async close() {
      await queue.enter();
      queue.leave();
      // A frozen server would never say good-bye.
      const limit = new AbortController();
      const timeout = sleep(clock, CLOSE_TIMEOUT_MS, limit.signal);
      await Promise.race([Promise.all([wakes.close(), opened.end()]), timeout]);
      limit.abort();
    },
  };
}

/** In a transaction that keeps all others out that decide by what they read, until it ends. */
async function runAloneOnPostgres<T>(
  database: Kysely<object>,
  work: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return database.transaction().execute(async (transaction) => {
    await takeLock(transaction, 'pg_advisory_xact_lock', WRITER_LOCK);
    return work(transaction);
  });
}

/** In a transaction that keeps everybody out who writes. */
export async function runAloneWithSchema<T>(
  database: Kysely<object>,
  work: (transaction: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return runAloneOnPostgres(database, async (transaction) => {
    await takeLock(transaction, 'pg_advisory_xact_lock', SCHEMA_LOCK);
    return work(transaction);
  });
}

async function takeLock(
  transaction: DatabaseTransaction,
  take: 'pg_advisory_xact_lock' | 'pg_advisory_xact_lock_shared',
  lock: number,
): Promise<void> {
  await sql`SELECT ${sql.raw(take)}(${sql.lit(LOCK_SPACE)}, ${sql.lit(lock)})`.execute(transaction);
}
