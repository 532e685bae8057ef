import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  findFreePort,
  findProgram,
  findUser,
  runProgram,
  startProgram,
  waitUntil,
} from './program.ts';
import type { Program } from './program.ts';

/** A throw-away PostgreSQL on loopback: user `postgres`, no password, nothing durable. */
export type PostgresServer = {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly user: 'postgres';
  readonly folder: string;
  /** Process id of the postmaster, for SIGSTOP and the like. */
  pid(): number;
  /** `template` copies another database, which must have no open connection. */
  createDatabase(name: string, template?: string): Promise<void>;
  dropDatabase(name: string): Promise<void>;
  /** Runs SQL with psql and gives its rows, unaligned, columns parted by "|". */
  sql(database: string, statement: string): Promise<string>;
  /** Ends the sessions of a database and lets nobody in (or in again): "the database is gone". */
  setConnections(database: string, allowed: boolean): Promise<void>;
  /** Immediate end of the server alone; `start` brings it back on the same port. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** Stops everything and removes the folder. Idempotent. */
  stop(): Promise<void>;
};

const DEBIAN_FOLDERS = ['18', '17', '16', '15', '14', '13'].map(
  (version) => `/usr/lib/postgresql/${version}/bin`,
);

/** Why PostgreSQL cannot run here, or undefined when it can. For `describe.skipIf`. */
export function postgresMissing(): string | undefined {
  for (const name of ['initdb', 'postgres', 'psql']) {
    if (findProgram(name, DEBIAN_FOLDERS) === undefined) return `the program ${name} is missing`;
  }
  // PostgreSQL refuses to run as root.
  if (process.getuid?.() === 0 && findUser('postgres') === undefined) return 'no user postgres';
  return undefined;
}

function requireProgram(name: string): string {
  const file = findProgram(name, DEBIAN_FOLDERS);
  if (file === undefined) throw new Error(`the program ${name} is missing: install postgresql`);
  return file;
}

/** As a store of crmwatch wants it: what it commits is on the disk. */
export async function startDurablePostgres(
  changes: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const settings = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on', ...changes };
  return startPostgres({ settings });
}

/**
 * initdb in a fresh folder (about a second), then the server on a free port of 127.0.0.1 with its socket in the
 * same folder. As root it runs as the user `postgres`. Connections need no password from loopback.
 */
export async function startPostgres(
  options: { readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-postgres-'));
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? findUser('postgres') : undefined;
  mkdirSync(data, { mode: 0o700 });
  if (user !== undefined) {
    for (const path of [folder, data]) chownSync(path, user.uid, user.gid);
  }
  const logFile = join(folder, 'postgres.log');
  const run = { folder, logFile, ...(user === undefined ? {} : { user }) };
  const initialise = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync'];
  await runProgram(requireProgram('initdb'), {
    ...run,
    arguments: [...initialise, '--locale=C.UTF-8'],
    timeoutMs: 60_000,
  });
  const port = await findFreePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    fsync: 'off',
    full_page_writes: 'off',
    synchronous_commit: 'off',
    jit: 'off',
    max_wal_size: '256MB',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: Program | undefined;

  async function sql(database: string, statement: string): Promise<string> {
    const connection = ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', database];
    const output = await runProgram(requireProgram('psql'), {
      folder,
      logFile,
      arguments: ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', ...connection, '-c', statement],
      timeoutMs: 60_000,
    });
    return output.trimEnd();
  }

  async function startServer(): Promise<void> {
    const started = startProgram(requireProgram('postgres'), {
      ...run,
      arguments: ['-D', data, ...flags],
    });
    server = started;
    await waitUntil(() => started.hasEnded() || answers(), {
      timeoutMs: 30_000,
      describe: () => `PostgreSQL starts: ${started.log()}`,
    });
    if (started.hasEnded()) throw new Error(`PostgreSQL ended: ${started.log()}`);
  }

  async function answers(): Promise<boolean> {
    return sql('postgres', 'SELECT 1').then(
      () => true,
      () => false,
    );
  }

  async function stopServer(): Promise<void> {
    // SIGINT is PostgreSQL's fast shutdown: it ends sessions instead of waiting for them.
    await server?.stop('SIGINT');
  }

  await startServer();
  return {
    host: '127.0.0.1',
    port,
    user: 'postgres',
    folder,
    pid: () => server?.pid ?? -1,
    async createDatabase(name, template = 'template0') {
      await sql('postgres', `CREATE DATABASE ${quote(name)} TEMPLATE ${quote(template)}`);
    },
    async dropDatabase(name) {
      await sql('postgres', `DROP DATABASE ${quote(name)} WITH (FORCE)`);
    },
    sql,
    async setConnections(database, allowed) {
      await sql('postgres', `ALTER DATABASE ${quote(database)} ALLOW_CONNECTIONS ${allowed}`);
      if (allowed) return;
      const sessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`;
      await sql('postgres', sessions);
    },
    stopServer,
    startServer,
    async stop() {
      await stopServer();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
