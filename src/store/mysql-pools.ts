import type { Duplex } from 'node:stream';

import { createPool } from 'mysql2/promise';
import type { Pool } from 'mysql2/promise';

import { sleep } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { mysqlOptions, streamOf } from './mysql-connection.ts';
import type { MysqlConnection } from './sql-source.ts';

const POOL_SIZE = 3;
/** A network may have forgotten a connection that was idle for longer; mysql2 would find out by the next query. */
const IDLE_MS = 30_000;
/** How long a server may take to say good-bye before its connections are cut. */
const GOODBYE_MS = 1000;

/** A pool for one piece of work. */
export type Lease = { readonly pool: Pool; end(): void };

export type MysqlPools = {
  /** Connections that were opened with this password; those of another one get no new work and end with what runs. */
  lease(password: string): Lease;
  /** For sockets of others, which `close` ends as well. */
  keep(socket: Duplex): void;
  /** Resolves once no socket is left, whether or not the server still answers. */
  close(): Promise<void>;
};

type Opened = {
  readonly password: string;
  readonly pool: Pool;
  users: number;
  /** When the last user left. */
  idleSinceMs: number;
};

export function createMysqlPools(source: MysqlConnection, clock: Clock): MysqlPools {
  const sockets = new Set<Duplex>();
  let opened: Opened | undefined;

  function keep(socket: Duplex): void {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  }

  function open(password: string): Pool {
    const pool = createPool({
      ...mysqlOptions(source, password, keep),
      connectionLimit: POOL_SIZE,
    });
    // What breaks while it is idle is replaced by the next query; what is in use reports to whoever uses it.
    pool.on('connection', (connection) => {
      connection.on('error', () => {});
      const stream = source.openSocket === undefined ? streamOf(connection) : undefined;
      if (stream !== undefined) keep(stream);
    });
    return pool;
  }

  function isUsable({ password, users, idleSinceMs }: Opened, wanted: string): boolean {
    return password === wanted && (users > 0 || clock.monotonicMs() - idleSinceMs < IDLE_MS);
  }

  function endUnused(some: Opened): void {
    if (some !== opened && some.users === 0) void endPool(some.pool);
  }

  return {
    keep,
    lease(password) {
      const before = opened;
      const mine =
        before !== undefined && isUsable(before, password)
          ? before
          : { password, pool: open(password), users: 0, idleSinceMs: 0 };
      opened = mine;
      mine.users += 1;
      if (before !== undefined && before !== mine) endUnused(before);
      return {
        pool: mine.pool,
        end() {
          mine.users -= 1;
          mine.idleSinceMs = clock.monotonicMs();
          endUnused(mine);
        },
      };
    },
    async close() {
      const closed = [...sockets].map(
        async (socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())),
      );
      const ended = opened === undefined ? undefined : endPool(opened.pool);
      await Promise.race([Promise.all([ended, ...closed]), sleep(clock, GOODBYE_MS)]);
      // A frozen server never says good-bye, and what it holds would keep the process alive.
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A connection that is broken already cannot be ended in order, which is no trouble. */
async function endPool(pool: Pool): Promise<void> {
  await pool.end().catch(() => {});
}
