import type { Duplex } from 'node:stream';

import type { Connection, ConnectionOptions } from 'mysql2/promise';

import { systemErrorCode } from '../std/std.ts';
import { SQL_ANSWER_BYTES } from './postgres-client.ts';
import { SqlReaderError } from './sql-source.ts';
import type { MysqlConnection } from './sql-source.ts';

const CONNECT_TIMEOUT_MS = 30_000;

/**
 * A statement is a transaction, so that it sees the data of now; names are quoted as the SQL standard has it, a backslash
 * is a letter, times are those of UTC, and no table can be written, whatever the server's own settings are.
 */
const SESSION: readonly string[] = [
  'SET SESSION autocommit = 1',
  "SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
  "SET SESSION time_zone = '+00:00'",
  'SET SESSION TRANSACTION READ ONLY',
];

/** Where the server is and how it is trusted, in the words of mysql2; `onSocket` gets each socket that it is given. */
export function mysqlOptions(
  source: MysqlConnection,
  password: string,
  onSocket: (socket: Duplex) => void,
): ConnectionOptions {
  const { host, port, database, user, openSocket, tls } = source;
  const authorities = tls?.certificateAuthorities ?? [];
  // The name is verified as well, which mysql2 leaves out unless it is told.
  const ssl = {
    rejectUnauthorized: true,
    verifyIdentity: true,
    ...(authorities.length === 0 ? {} : { ca: [...authorities] }),
  };
  return {
    ...(isPath(host) ? { socketPath: host } : { host, port }),
    database,
    user,
    password,
    ...(tls === undefined ? {} : { ssl }),
    ...(openSocket === undefined
      ? {}
      : {
          stream: () => {
            const socket = startSocket(openSocket, source);
            onSocket(socket);
            return socket;
          },
        }),
    charset: 'utf8mb4',
    connectTimeout: CONNECT_TIMEOUT_MS,
    multipleStatements: false,
    // A server could ask for any file of this machine.
    flags: ['-LOCAL_FILES'],
    jsonStrings: true,
    dateStrings: true,
    decimalNumbers: true,
    // Integers that a number of JavaScript cannot hold come as text: rounded, two identifiers would be one.
    supportBigNumbers: true,
  };
}

/** The path of a socket on this machine. */
export function isPath(host: string): boolean {
  return host.startsWith('/');
}

type Connectable = Duplex & { connect(port: number, host: string): unknown };

/** mysql2 takes a socket that is on its way already. */
function startSocket(openSocket: () => Duplex, { host, port }: MysqlConnection): Duplex {
  const socket = openSocket() as Connectable;
  // mysql2 names no server in TLS when the host is an address, and Node verifies "localhost" then, unless the
  // socket says for whom it is (`onConnectSecure` in lib/internal/tls/wrap.js of Node).
  Object.assign(socket, { _host: host });
  socket.connect(port, host);
  return socket;
}

/** The parts of mysql2 that its types leave out; absent parts mean that nothing is counted. */
type Inside = { readonly stream?: Duplex; readonly connection?: Inside };

/** The stream of a connection, inside TLS where there is one. */
export function streamOf(connection: Connection): Duplex | undefined {
  const inside = connection as unknown as Inside;
  return inside.stream ?? inside.connection?.stream;
}

/** Ends the connection when an answer is too large; returns what ends the counting. */
export function countAnswer(connection: Connection): () => void {
  const stream = streamOf(connection);
  let bytes = 0;
  const count = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes <= SQL_ANSWER_BYTES) return;
    const detail = `the database answered with more than ${SQL_ANSWER_BYTES} bytes`;
    stream?.destroy(new SqlReaderError('too_large', detail));
  };
  stream?.on('data', count);
  return () => stream?.off('data', count);
}

/** Both products have a limit of a statement's time, each by a name and in a unit of its own. */
export async function prepareSession(connection: Connection, timeoutMs: number): Promise<void> {
  for (const statement of SESSION) await connection.query(statement);
  const limitMs = Math.max(1, Math.floor(timeoutMs));
  try {
    await connection.query(`SET SESSION max_statement_time = ${limitMs / 1000}`);
  } catch (error) {
    if (systemErrorCode(error) !== 'ER_UNKNOWN_SYSTEM_VARIABLE') throw error;
    await connection.query(`SET SESSION max_execution_time = ${limitMs}`);
  }
}
