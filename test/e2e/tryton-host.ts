import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startPostgres } from '../support/postgres-server.ts';
import type { PostgresServer } from '../support/postgres-server.ts';
import {
  findFreePort,
  findProgram,
  runProgram,
  startProgram,
  waitUntil,
} from '../support/program.ts';
import type { Program } from '../support/program.ts';
import { openTrytonRpc } from '../support/tryton-rpc.ts';
import type { TrytonRpc } from '../support/tryton-rpc.ts';

/** One trytond process. All of them serve the databases of one PostgreSQL, each its own ones. */
export type TrytonProcess = {
  readonly port: number;
  start(): Promise<void>;
  stop(): Promise<void>;
};

export type TrytonHost = {
  readonly postgres: PostgresServer;
  readonly processes: readonly TrytonProcess[];
  /** Copies `from` to a new database; nobody may be connected to `from`. */
  copyDatabase(from: string, to: string): Promise<void>;
  /** Logs in as admin by one of the processes. */
  admin(database: string, port: number): Promise<TrytonRpc>;
  stop(): Promise<void>;
};

export const PRISTINE = 'pristine';
const ADMIN_PASSWORD = 'correct-horse-battery-9';
/** A log-in costs a quarter of a second of a core by default: too much for a dozen CRMs on one machine. */
const PASSWORD_SCHEMES = [
  '[passlib]',
  'schemes = pbkdf2_sha512, bcrypt',
  'pbkdf2_sha512__default_rounds = 1000',
  '',
].join('\n');
const DUMP_FOLDER = fileURLToPath(new URL('../../node_modules/.cache/crmwatch/', import.meta.url));
const POSTGRES_FOLDERS = ['18', '17', '16', '15', '14', '13'].map(
  (major) => `/usr/lib/postgresql/${major}/bin`,
);

/** A PostgreSQL, a pristine Tryton database in it, and so many trytond processes. */
export async function startTrytonHost(folder: string, processCount: number): Promise<TrytonHost> {
  const postgres = await startPostgres({ settings: { max_connections: '400' } });
  const processes: TrytonProcess[] = [];
  async function stop(): Promise<void> {
    await Promise.all(processes.map((each) => each.stop()));
    await postgres.stop();
  }
  try {
    await makePristine(folder, postgres);
    for (let index = 0; index < processCount; index++) {
      processes.push(await createTrytonProcess(folder, postgres));
    }
    await Promise.all(processes.map((each) => each.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    postgres,
    processes,
    async copyDatabase(from, to) {
      const sessions = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${from}'`;
      await postgres.sql('postgres', sessions);
      await postgres.createDatabase(to, from);
    },
    admin: (database, port) =>
      openTrytonRpc(`http://127.0.0.1:${port}`, database, {
        login: 'admin',
        password: ADMIN_PASSWORD,
      }),
    stop,
  };
}

function configuration(folder: string, postgres: PostgresServer, port: number): string {
  const passwords = join(folder, 'passlib.ini');
  writeFileSync(passwords, PASSWORD_SCHEMES);
  return [
    '[database]',
    `uri = postgresql://${postgres.user}@${postgres.host}:${postgres.port}/`,
    '[web]',
    `listen = 127.0.0.1:${port}`,
    '[session]',
    // Tryton forgets failed log-ins after this time too: without it a burst would be seen for 5 minutes.
    'timeout = 60',
    '[password]',
    `passlib = ${passwords}`,
    '',
  ].join('\n');
}

async function createTrytonProcess(
  folder: string,
  postgres: PostgresServer,
): Promise<TrytonProcess> {
  const port = await findFreePort();
  const file = join(folder, `trytond-${port}.conf`);
  const logFile = join(folder, `trytond-${port}.log`);
  writeFileSync(file, configuration(folder, postgres, port));
  let program: Program | undefined;
  return {
    port,
    async start() {
      const started = startProgram('trytond', { arguments: ['-c', file], logFile, folder });
      program = started;
      await waitUntil(() => started.hasEnded() || answers(port), {
        timeoutMs: 60_000,
        describe: () => `trytond starts: ${started.log().slice(-2000)}`,
      });
      if (started.hasEnded()) throw new Error(`trytond ended: ${started.log().slice(-2000)}`);
    },
    async stop() {
      await program?.stop();
    },
  };
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`, { method: 'POST' }).then(
    () => true,
    () => false,
  );
}

/**
 * A database as trytond-admin makes it. That takes a minute or more, always with the same result, so a dump
 * of it is kept in node_modules/.cache, by the version of Tryton; later runs restore it in two seconds.
 */
async function makePristine(folder: string, postgres: PostgresServer): Promise<void> {
  const logFile = join(folder, 'pristine.log');
  const version = await runProgram('trytond', {
    arguments: ['--version'],
    folder,
    logFile,
    timeoutMs: 30_000,
  });
  const name = version.trim().replace(/[^0-9.]+/g, '');
  const dump = join(DUMP_FOLDER, `tryton-${name}-party-sale_opportunity.dump`);
  const connection = ['-h', postgres.host, '-p', String(postgres.port), '-U', postgres.user];
  const runPostgres = async (program: string, parameters: readonly string[]): Promise<unknown> =>
    runProgram(findProgram(program, POSTGRES_FOLDERS) ?? program, {
      arguments: [...connection, ...parameters],
      folder,
      logFile,
      timeoutMs: 60_000,
    });
  await postgres.createDatabase(PRISTINE);
  if (existsSync(dump)) {
    try {
      await runPostgres('pg_restore', ['-d', PRISTINE, dump]);
      return;
    } catch {
      // Of another version of PostgreSQL, or damaged: it is made anew.
      rmSync(dump, { force: true });
      await postgres.dropDatabase(PRISTINE);
      await postgres.createDatabase(PRISTINE);
    }
  }
  await fillPristine(folder, postgres);
  mkdirSync(DUMP_FOLDER, { recursive: true });
  // Another run must never find half a dump.
  const partial = `${dump}.${process.pid}`;
  try {
    await runPostgres('pg_dump', ['-Fc', '-Z', '1', '-f', partial, PRISTINE]);
    renameSync(partial, dump);
  } finally {
    rmSync(partial, { force: true });
  }
}

async function fillPristine(folder: string, postgres: PostgresServer): Promise<void> {
  // trytond-admin asks the information schema for keys, for which PostgreSQL guesses bad plans in a new database.
  await postgres.sql('postgres', `ALTER DATABASE ${PRISTINE} SET enable_nestloop = off`);
  const file = join(folder, 'trytond-admin.conf');
  const passwordFile = join(folder, 'password');
  writeFileSync(file, configuration(folder, postgres, 0));
  writeFileSync(passwordFile, `${ADMIN_PASSWORD}\n`, { mode: 0o600 });
  const modules = ['--activate-dependencies', '-u', 'party', 'sale_opportunity'];
  await runProgram('trytond-admin', {
    arguments: ['-c', file, '-d', PRISTINE, '--email', 'admin@example.com', '--all', ...modules],
    environment: { TRYTONPASSFILE: passwordFile },
    folder,
    logFile: join(folder, 'trytond-admin.log'),
    timeoutMs: 400_000,
  });
}
