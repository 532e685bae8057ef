import { createConnection } from 'mysql2/promise';
import type { PoolConnection, RowDataPacket } from 'mysql2/promise';

import type { Clock } from '../std/std.ts';
import { countAnswer, isPath, mysqlOptions, prepareSession, streamOf } from './mysql-connection.ts';
import { toReaderError } from './mysql-errors.ts';
import { createMysqlPools } from './mysql-pools.ts';
import type { MysqlPools } from './mysql-pools.ts';
import { toMysqlStatement, toReaderRows } from './mysql-statement.ts';
import type { MysqlStatement } from './mysql-statement.ts';
import { withDeadline } from './reader-deadline.ts';
import type { Watch } from './reader-deadline.ts';
import type {
  ConnectionFacts,
  MysqlConnection,
  QueryLimits,
  ReaderRow,
  SqlReader,
} from './sql-source.ts';

export function openMysqlReader(source: MysqlConnection, clock: Clock): SqlReader {
  const { host, port } = source;
  const place = `the database at ${isPath(host) ? host : `${host}:${port}`}`;
  const readPassword = (): string => source.password?.() ?? '';
  const pools = createMysqlPools(source, clock);
  return {
    engine: 'mysql',
    async query(statement, values, limits) {
      const wanted = toMysqlStatement(statement, values);
      const lease = pools.lease(readPassword());
      return withDeadline({ clock, limits, place, toReaderError }, async (watch) => {
        try {
          const connection = await lease.pool.getConnection();
          return await runOn(connection, wanted, limits, watch);
        } finally {
          lease.end();
        }
      });
    },
    async connect(limits) {
      const startedAtMs = clock.monotonicMs();
      let tcpSeconds: number | undefined;
      const onConnected = (): void => {
        tcpSeconds = (clock.monotonicMs() - startedAtMs) / 1000;
      };
      const password = readPassword();
      const version = await withDeadline({ clock, limits, place, toReaderError }, async (watch) =>
        readVersion({ source, password, pools, watch, onConnected }),
      );
      const product = /mariadb/i.test(version) ? 'MariaDB' : 'MySQL';
      const facts: ConnectionFacts = { version: `${product} ${version}` };
      return tcpSeconds === undefined ? facts : { ...facts, tcpSeconds };
    },
    close: async () => pools.close(),
  };
}

async function runOn(
  connection: PoolConnection,
  { text, values }: MysqlStatement,
  { timeoutMs }: QueryLimits,
  watch: Watch,
): Promise<readonly ReaderRow[]> {
  if (watch.isOver()) {
    connection.release();
    return [];
  }
  watch.use(streamOf(connection));
  const stopCounting = countAnswer(connection);
  try {
    await prepareSession(connection, timeoutMs);
    // A prepared statement is exactly one, whatever stands in the text.
    const [rows, fields] = await connection.execute<RowDataPacket[]>(text, [...values]);
    const read = toReaderRows(rows, fields);
    watch.use(undefined);
    connection.release();
    return read;
  } catch (error) {
    connection.destroy();
    throw error;
  } finally {
    stopCounting();
  }
}

type Opening = {
  readonly source: MysqlConnection;
  readonly password: string;
  readonly pools: MysqlPools;
  readonly watch: Watch;
  readonly onConnected: () => void;
};

/** Opens a connection of its own, and asks for the version. */
async function readVersion(opening: Opening): Promise<string> {
  const { source, password, pools, watch, onConnected } = opening;
  const options = mysqlOptions(source, password, (socket) => {
    pools.keep(socket);
    watch.use(socket);
    socket.once('connect', onConnected);
  });
  const connection = await createConnection(options);
  connection.on('error', () => {});
  watch.use(streamOf(connection));
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT version() AS version');
    return String(rows[0]?.['version']);
  } finally {
    connection.destroy();
  }
}
