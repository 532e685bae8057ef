import type { Kysely, Transaction } from 'kysely';

import type { Wakes } from './wakes.ts';

export type StoreEngine = 'sqlite' | 'postgresql';

// Each room adds its own tables with `database.withTables<ItsTables>()`.
export type Database = Kysely<object>;
export type DatabaseTransaction = Transaction<object>;

/** What a store needs of a database, whichever it is. */
export type Engine = {
  readonly engine: StoreEngine;
  /** For messages: the file, or the server and the database; no secret. */
  readonly place: string;
  readonly database: Database;
  /** Alone among all transactions of all processes, from before its first read until after its commit. */
  alone<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /**
   * Beside other transactions, but never beside `migrateAlone`: for what only adds rows that nobody else writes, and
   * decides nothing by what it reads. Their identifiers may be committed in another order than they were given.
   */
  beside<T>(work: (transaction: DatabaseTransaction) => Promise<T>): Promise<T>;
  /** As `alone`, for work that may take as long as it takes. */
  migrateAlone(work: (transaction: DatabaseTransaction) => Promise<void>): Promise<void>;
  readonly wakes: Wakes;
  close(): Promise<void>;
};
