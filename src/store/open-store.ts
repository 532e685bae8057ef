import { CrmwatchError, crashPoint, createSystemClock } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import type { Database, DatabaseTransaction, Engine, StoreEngine } from './engine.ts';
import type { Migrations } from './migrations.ts';
import type { PostgresConnection, SqliteFile } from './sql-source.ts';

/** A file on a local disk, or a database of its own on a server. */
export type StoreSource = PostgresConnection | SqliteFile;

export type StoreOptions = {
  readonly source: StoreSource;
  readonly migrations: readonly Migrations[];
  readonly clock?: Clock;
  /** SQLite: how long a write waits for a lock of another process. Default 5000. */
  readonly busyTimeoutMs?: number;
  /** Takes a server whose commits may be lost; for tests, and for whom it does not matter. Default false. */
  readonly allowUnsafeDurability?: boolean;
};

export type Store = {
  readonly engine: StoreEngine;
  /** Queries outside a transaction: each sees what was committed, and may run beside others. */
  readonly database: Database;
  /**
   * Commits durably before it resolves; rolls back and rejects with what `work` threw. Transactions run one after
   * the other, those of other processes included, so that each may decide by what it reads. Not reentrant.
   */
  transaction<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /**
   * The same for many callers at once, which share a transaction and so one write to the disk: for what is answered
   * only once it is durable. Each resolves after the COMMIT. One that throws is undone alone; all reject when the
   * COMMIT fails. `work` waits for nothing but its own queries, since the others wait for it.
   */
  commitTogether<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /**
   * The same for what only adds rows that nobody else writes, and decides nothing by what it reads: on PostgreSQL it
   * does not wait for the transactions of anybody. Identifiers may be committed in another order than they were
   * given; of two that follow one another the second gets the higher one.
   */
  appendTogether<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /** Tells the other processes that work may be there. May get lost: they look by a timer as well. */
  wakeOthers(): void;
  /** Calls `listener` when another process said so, and now and then for nothing. Gives the way to stop. */
  onWake(listener: () => void): () => void;
  /** Idempotent; waits for the transaction that is under way. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * Opens (and creates) the database, asserts its durability and brings its schema forward.
 * Throws `store_unavailable` or `store_incompatible`; queries throw `store_unavailable` too.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { migrations, clock = createSystemClock() } = options;
  const engine = await openEngine(options, clock);
  // The exporter reads SQL without Kysely and starts sooner when it is not loaded.
  const [{ migrate }, { createGroupCommit }] = await Promise.all([
    import('./migrations.ts'),
    import('./group-commit.ts'),
  ]);
  try {
    await engine.migrateAlone(async (transaction) =>
      migrate(transaction, engine, migrations, clock.now()),
    );
    crashPoint('migration:after-commit');
  } catch (error) {
    await engine.close();
    throw error;
  }
  const commitTogether = createGroupCommit(engine);
  const appendTogether = createGroupCommit({
    alone: async (work) => engine.beside(work),
    place: engine.place,
  });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => (closing ??= engine.close());
  return {
    engine: engine.engine,
    database: engine.database,
    async transaction(work) {
      if (closing !== undefined) throw closed(engine.place);
      return engine.alone(work);
    },
    async commitTogether(work) {
      if (closing !== undefined) throw closed(engine.place);
      return commitTogether(work);
    },
    async appendTogether(work) {
      if (closing !== undefined) throw closed(engine.place);
      return appendTogether(work);
    },
    wakeOthers() {
      if (closing === undefined) engine.wakes.wake();
    },
    onWake: (listener) => engine.wakes.onWake(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function closed(place: string): CrmwatchError {
  return new CrmwatchError('store_unavailable', `the database ${place} was closed`, {
    remedy: 'start crmwatch again',
  });
}

async function openEngine(options: StoreOptions, clock: Clock): Promise<Engine> {
  const { source, busyTimeoutMs = 5000, allowUnsafeDurability = false } = options;
  if (source.engine === 'sqlite') {
    const { openSqliteEngine } = await import('./sqlite-engine.ts');
    return openSqliteEngine(source.file, { busyTimeoutMs, allowUnsafeDurability });
  }
  const { openPostgresEngine } = await import('./postgres-engine.ts');
  return openPostgresEngine(source, { clock, allowUnsafeDurability });
}
