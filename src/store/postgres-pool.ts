import pg from 'pg';
import type { PoolClient } from 'pg';
import type { PostgresPool, PostgresPoolClient } from 'kysely';

import { CrmwatchError } from '../std/std.ts';
import { connectionConfig } from './postgres-connection.ts';
import { assertDurable } from './postgres-durability.ts';
import {
  isConnectionLost,
  placeOfPostgres,
  toConnectError,
  toPostgresError,
} from './postgres-errors.ts';
import type { PostgresConnection } from './sql-source.ts';

const CONNECT_TIMEOUT_MS = 5000;
const IDLE_TIMEOUT_MS = 60_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const LOCK_TIMEOUT_MS = 10_000;
/**
 * A transaction of ours that stands still for so long belongs to a process that is frozen or cut off. Shorter than
 * others wait for its lock, so that it only holds them up.
 */
const IDLE_TRANSACTION_TIMEOUT_MS = 8000;
const PATIENT_IDLE_TRANSACTION_TIMEOUT_MS = 30_000;
/** For a server that answers nothing any more; longer than it may take by its own timeouts. */
const ANSWER_TIMEOUT_MS = 20_000;

export type PostgresPoolOptions = {
  readonly connections: number;
  readonly allowUnsafeDurability: boolean;
  /** Migrations and dumps take as long as they take. */
  readonly isPatient?: boolean;
};

/** Counts and times are numbers in SQLite; the same here. */
const NUMBERS: readonly number[] = [pg.types.builtins.INT8, pg.types.builtins.NUMERIC];
const types = {
  getTypeParser: ((type, format) =>
    NUMBERS.includes(type)
      ? Number
      : pg.types.getTypeParser(type, format)) as typeof pg.types.getTypeParser,
};

/**
 * Connections to PostgreSQL for Kysely. Each new one is asked whether it is durable before anybody uses it, one that
 * was lost is replaced at the next use, and what goes wrong comes out as `store_unavailable` or `store_incompatible`.
 */
export function openPostgresPool(
  source: PostgresConnection,
  options: PostgresPoolOptions,
): PostgresPool {
  const place = placeOfPostgres(source);
  const pool = new pg.Pool({
    ...connectionConfig(source, () => source.password?.() ?? ''),
    types,
    max: options.connections,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    allowExitOnIdle: true,
    lock_timeout: LOCK_TIMEOUT_MS,
    ...(options.isPatient === true
      ? { idle_in_transaction_session_timeout: PATIENT_IDLE_TRANSACTION_TIMEOUT_MS }
      : {
          idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
          statement_timeout: STATEMENT_TIMEOUT_MS,
          query_timeout: ANSWER_TIMEOUT_MS,
        }),
    onConnect: async (client) => assertDurable(client, place, options),
  });
  // An idle connection may break at any time; the next use opens another one and reports what it finds.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return {
    async connect() {
      try {
        return toKyselyClient(await pool.connect(), place);
      } catch (error) {
        throw toConnectError(error, place);
      }
    },
    end: async () => pool.end(),
  } as PostgresPool;
}

function toKyselyClient(client: PoolClient, place: string): PostgresPoolClient {
  let isLost = false;
  return {
    async query(statement: string, parameters: readonly unknown[]) {
      if (isLost) return answerForLost(statement, place);
      try {
        return await client.query(statement, parameters.map(toParameter));
      } catch (error) {
        isLost = isConnectionLost(error);
        throw toPostgresError(error, place);
      }
    },
    release: () => client.release(isLost),
  } as unknown as PostgresPoolClient;
}

/** The server rolls back by itself what a lost connection began; everything else was not done. */
function answerForLost(statement: string, place: string): unknown {
  if (statement === 'rollback') return { command: 'ROLLBACK', rowCount: 0, rows: [] };
  throw new CrmwatchError('store_unavailable', `${place}: the connection was lost before`, {
    remedy: 'nothing: the next use opens another connection',
  });
}

/** PostgreSQL has no text with the character U+0000; refusing an alert for it would lose the alert. */
function toParameter(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0')
    ? value.replaceAll('\0', '\uFFFD')
    : value;
}
