import pg from 'pg';
import type { ClientConfig } from 'pg';

import type { FailureReason } from '../catalog/catalog.ts';
import { RefusedTargetError, errorMessage, systemErrorCode } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { BoundedClient } from './postgres-client.ts';
import { connectionConfig } from './postgres-connection.ts';
import { withDeadline } from './reader-deadline.ts';
import type { Watch } from './reader-deadline.ts';
import { SqlReaderError } from './sql-source.ts';
import type { PostgresConnection, QueryLimits, ReaderRow, SqlReader } from './sql-source.ts';

const POOL_SIZE = 3;
const INT8 = 20;
const NUMERIC = 1700;
const TIMESTAMP = 1114;
const TIMESTAMP_WITH_ZONE = 1184;
const BOOLEAN = 16;
/** Integers and floats that JavaScript holds exactly enough. */
const NUMBERS = new Set([NUMERIC, 21, 23, 26, 700, 701]);

/** Everything else, dates included, stays the text that PostgreSQL writes. */
function parserOf(type: number): (text: string) => unknown {
  if (NUMBERS.has(type)) return Number;
  // Rounded, two identifiers would be one.
  if (type === INT8) return (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
  if (type === BOOLEAN) return (text) => text === 't';
  // A timestamp without zone is taken for UTC, as applications that use the type mean it.
  if (type === TIMESTAMP) return (text) => `${text.replace(' ', 'T')}Z`;
  if (type === TIMESTAMP_WITH_ZONE) {
    return (text) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
  }
  return (text) => text;
}

function clientConfig(source: PostgresConnection, password: string): ClientConfig {
  return {
    ...connectionConfig(source, () => password),
    options: '-c default_transaction_read_only=on',
    types: { getTypeParser: (type: number) => parserOf(type) },
  };
}

function openPool(config: ClientConfig): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    Client: BoundedClient,
    max: POOL_SIZE,
    idleTimeoutMillis: 30_000,
    allowExitOnIdle: true,
    // A connection that a frozen server never completes must not keep its place for ever.
    connectionTimeoutMillis: 30_000,
  });
  // An idle connection may break at any time; the next query opens another one and reports what it finds.
  pool.on('error', () => {});
  // A client that is in use emits too; its query is rejected as well, and that is what gets reported.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export function openPostgresReader(source: PostgresConnection, clock: Clock): SqlReader {
  const place = `PostgreSQL at ${source.host}:${source.port}`;
  const readPassword = (): string => source.password?.() ?? '';
  let opened: { readonly password: string; readonly pool: pg.Pool } | undefined;

  /** Connections that were opened with another password than that of now are not used any more. */
  function poolOfNow(): pg.Pool {
    const password = readPassword();
    if (opened?.password === password) return opened.pool;
    void opened?.pool.end().catch(() => {});
    opened = { password, pool: openPool(clientConfig(source, password)) };
    return opened.pool;
  }

  async function query(
    statement: string,
    values: readonly unknown[],
    limits: QueryLimits,
  ): Promise<readonly ReaderRow[]> {
    const pool = poolOfNow();
    const work = async (watch: Watch): Promise<readonly ReaderRow[]> => {
      const client = await pool.connect();
      if (watch.isOver()) {
        client.release();
        return [];
      }
      watch.use(socketOf(client));
      if (client instanceof BoundedClient) client.startAnswer();
      try {
        await client.query(`SET statement_timeout = ${Math.max(1, Math.floor(limits.timeoutMs))}`);
        // The extended protocol takes exactly one statement, whatever stands in the text.
        const wanted = { text: statement, values: [...values], queryMode: 'extended' };
        const result = await client.query<ReaderRow>(wanted);
        watch.use(undefined);
        client.release();
        return result.rows;
      } catch (error) {
        client.release(true);
        throw error;
      }
    };
    return withDeadline({ clock, limits, place, toReaderError }, work);
  }

  async function connect(limits: QueryLimits): Promise<{ version: string; tcpSeconds?: number }> {
    const startedAtMs = clock.monotonicMs();
    let tcpSeconds: number | undefined;
    const config = clientConfig(source, readPassword());
    const work = async (watch: Watch): Promise<string> => {
      const client = new BoundedClient(config);
      socketOf(client)?.once('connect', () => {
        tcpSeconds = (clock.monotonicMs() - startedAtMs) / 1000;
      });
      client.on('error', () => {});
      // TLS replaces the socket meanwhile.
      watch.use({ destroy: () => socketOf(client)?.destroy() });
      try {
        await client.connect();
        const result = await client.query<{ server_version: string }>('SHOW server_version');
        return result.rows[0]?.server_version ?? '';
      } finally {
        // Waiting for a frozen server to say good-bye would outlast the deadline.
        void client.end().catch(() => {});
      }
    };
    const version = await withDeadline({ clock, limits, place, toReaderError }, work);
    return {
      version: `PostgreSQL ${version}`,
      ...(tcpSeconds === undefined ? {} : { tcpSeconds }),
    };
  }

  return { engine: 'postgresql', query, connect, close: async () => opened?.pool.end() };
}

type ClientSocket = { once(event: 'connect', listener: () => void): unknown; destroy(): unknown };

/** pg does not type its socket; without one, only the time of the connection is not known. */
function socketOf(client: pg.ClientBase | undefined): ClientSocket | undefined {
  return (client as { connection?: { stream?: ClientSocket } } | undefined)?.connection?.stream;
}

/** SQLSTATE classes and codes (PostgreSQL documentation, appendix A), longest prefix first. */
const REASONS: readonly (readonly [string, FailureReason])[] = [
  ['42501', 'authorization'],
  ['42P01', 'not_found'],
  ['3F000', 'not_found'],
  ['3D000', 'database_unavailable'],
  ['57014', 'timeout'],
  ['57P', 'database_unavailable'],
  ['53', 'database_unavailable'],
  ['55', 'database_unavailable'],
  ['25006', 'internal'],
  ['28', 'authentication'],
  // A value for which the statement has no place.
  ['08P01', 'schema_changed'],
  ['08', 'tcp'],
  ['42', 'schema_changed'],
  ['22', 'schema_changed'],
];

function toReaderError(error: unknown, place: string): SqlReaderError {
  if (error instanceof SqlReaderError) return error;
  if (error instanceof RefusedTargetError) {
    return new SqlReaderError('refused_target', error.message, error);
  }
  const code = systemErrorCode(error) ?? '';
  if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code)) {
    const reason = REASONS.find(([prefix]) => code.startsWith(prefix))?.[1] ?? 'server_error';
    return new SqlReaderError(reason, `${place} answered with SQLSTATE ${code}`, error);
  }
  const reason = reasonOfSystemError(code, errorMessage(error));
  return new SqlReaderError(reason, `${place}: ${code === '' ? 'connection failed' : code}`, error);
}

function reasonOfSystemError(code: string, message: string): FailureReason {
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return 'certificate_expired';
  if (/CERT|SIGNATURE|ISSUER/.test(code)) return 'certificate_untrusted';
  if (/^(SASL|SCRAM)|password/i.test(message)) return 'authentication';
  if (/does not support SSL/.test(message)) return 'tls';
  return 'tcp';
}
