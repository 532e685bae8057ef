import type { Duplex } from 'node:stream';

import type { FailureReason } from '../catalog/catalog.ts';

/** Values as they come out: numbers for every numeric type, ISO 8601 text for times. */
export type ReaderValue = string | number | boolean | null;
export type ReaderRow = Readonly<Record<string, ReaderValue>>;

/** How a server is reached. */
type ServerConnection = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Asked for each time, so that a new password is in use at once; may throw. */
  readonly password?: () => string;
  /** Makes the socket that is then told to connect; the caller decides where it may connect to. */
  readonly openSocket?: () => Duplex;
  /** Absent: no TLS. Otherwise the server is verified, against these authorities too. */
  readonly tls?: { readonly certificateAuthorities: readonly string[] };
};
export type PostgresConnection = ServerConnection & { readonly engine: 'postgresql' };
/** MariaDB or MySQL. */
export type MysqlConnection = ServerConnection & { readonly engine: 'mysql' };
export type SqliteFile = { readonly engine: 'sqlite'; readonly file: string };
/** A table that stands in one or several files. */
export type ExportedTable = {
  readonly table: string;
  /** A path, which may be a pattern such as contacts-*.csv. */
  readonly files: string;
  readonly format: 'csv' | 'parquet' | 'json';
};
/** A file of DuckDB, tables made of exported files, or both. */
export type DuckdbSource = {
  readonly engine: 'duckdb';
  readonly file?: string;
  readonly exports?: readonly ExportedTable[];
};
export type SqlSource = PostgresConnection | MysqlConnection | SqliteFile | DuckdbSource;

export type QueryLimits = { readonly timeoutMs: number; readonly signal?: AbortSignal };

/** Reads somebody else's database and cannot write to it. */
export type SqlReader = {
  readonly engine: SqlSource['engine'];
  /** Runs one statement; throws SqlReaderError. Placeholders are $1, $2, … in all engines. */
  query(
    statement: string,
    values: readonly ReaderValue[],
    limits: QueryLimits,
  ): Promise<readonly ReaderRow[]>;
  /** Opens a connection of its own and closes it; throws SqlReaderError. */
  connect(limits: QueryLimits): Promise<ConnectionFacts>;
  close(): Promise<void>;
};

/** Seconds until the TCP connection stood; absent where there is none. */
export type ConnectionFacts = { readonly version: string; readonly tcpSeconds?: number };

/** Carries one reason of the closed set; the message names no value of the database. */
export class SqlReaderError extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SqlReaderError';
    this.reason = reason;
  }
}
