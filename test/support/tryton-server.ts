import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { postgresMissing, startPostgres } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';
import {
  findFreePort,
  findProgram,
  freeze,
  runProgram,
  startProgram,
  waitUntil,
} from './program.ts';
import type { Program } from './program.ts';
import { openTrytonRpc } from './tryton-rpc.ts';
import type { TrytonRpc } from './tryton-rpc.ts';

/** A real Tryton server on loopback with databases of its own, all below one temporary folder. */
export type TrytonServer = {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  readonly engine: TrytonEngine;
  /** Of the user `admin` in every database. */
  readonly adminPassword: string;
  /** The PostgreSQL below it, when it has one. */
  readonly postgres?: PostgresServer;
  /** How long trytond-admin took to set up the first database. */
  readonly setUpSeconds: number;
  pid(): number;
  log(): string;
  /** SQLite only: the file of a database, to lock, move or read it. */
  databaseFile(name: string): string;
  /** Another database, copied from the first one as it was after set-up: fast. */
  createDatabase(name: string): Promise<void>;
  /** Logs in as admin. */
  admin(database: string): Promise<TrytonRpc>;
  /** Ends the server process alone; `startServer` brings it back on the same port. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** SIGSTOP and SIGCONT: connections are accepted by the system and never answered. */
  freeze(): Promise<void>;
  thaw(): void;
  /** Stops the server, and the PostgreSQL that it started, and removes the folder. Idempotent. */
  stop(): Promise<void>;
};

export type TrytonEngine = 'sqlite' | 'postgresql';

export type TrytonOptions = {
  readonly engine: TrytonEngine;
  /** At least one name; lower-case letters, digits and underscores. */
  readonly databases: readonly [string, ...string[]];
  /** Modules besides the server's own. Default: party and sale_opportunity with what they need. */
  readonly modules?: readonly string[];
  /** More lines of trytond.conf by section, such as { session: { timeout: '20', max_attempt: '5' } }. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** PEM files, to serve https. */
  readonly tls?: { readonly certificateFile: string; readonly keyFile: string };
};

const ADMIN_PASSWORD = 'correct-horse-battery-9';
const SET_UP_TIMEOUT_MS = 400_000;

/** Why Tryton cannot run here, or undefined when it can. For `describe.skipIf`. */
export function trytonMissing(engine: TrytonEngine): string | undefined {
  for (const name of ['trytond', 'trytond-admin']) {
    if (findProgram(name) === undefined) return `the program ${name} is missing`;
  }
  const modules = '/usr/lib/python3/dist-packages/trytond/modules';
  if (existsSync(modules) && !existsSync(join(modules, 'sale_opportunity'))) {
    return 'the Tryton module sale_opportunity is missing';
  }
  return engine === 'postgresql' ? postgresMissing() : undefined;
}

/**
 * Sets up the first database with trytond-admin (30 s on SQLite, longer on PostgreSQL), copies it to the other
 * names and starts trytond on a free port of 127.0.0.1. Nothing is kept outside the folder.
 */
export async function startTryton(options: TrytonOptions): Promise<TrytonServer> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-tryton-'));
  const postgres = options.engine === 'postgresql' ? await startPostgres() : undefined;
  const port = await findFreePort();
  const url = `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  const logFile = join(folder, 'trytond.log');
  writeFileSync(join(folder, 'trytond.conf'), configuration(options, folder, port, postgres));
  writeFileSync(join(folder, 'password'), `${ADMIN_PASSWORD}\n`, { mode: 0o600 });
  mkdirSync(join(folder, 'databases'));
  let server: Program | undefined;

  const databaseFile = (name: string): string => join(folder, 'databases', `${name}.sqlite`);

  async function copyDatabase(name: string): Promise<void> {
    if (postgres === undefined) copyFileSync(join(folder, 'pristine.sqlite'), databaseFile(name));
    else await postgres.createDatabase(name, 'pristine');
  }

  async function startServer(): Promise<void> {
    const started = startProgram('trytond', {
      arguments: ['-c', join(folder, 'trytond.conf'), '-v', '-d', ...options.databases],
      logFile,
      folder,
    });
    server = started;
    await waitUntil(() => started.hasEnded() || answers(url), {
      timeoutMs: 90_000,
      describe: () => `trytond starts: ${started.log().slice(-2000)}`,
    });
    if (started.hasEnded()) throw new Error(`trytond ended: ${started.log().slice(-2000)}`);
  }

  async function stop(): Promise<void> {
    await server?.stop();
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  }

  try {
    const startedAtMs = performance.now();
    await setUp(options, folder, postgres);
    const setUpSeconds = (performance.now() - startedAtMs) / 1000;
    for (const name of options.databases) await copyDatabase(name);
    await startServer();
    return {
      url,
      port,
      folder,
      engine: options.engine,
      adminPassword: ADMIN_PASSWORD,
      ...(postgres === undefined ? {} : { postgres }),
      setUpSeconds,
      pid: () => server?.pid ?? -1,
      log: () => server?.log() ?? '',
      databaseFile,
      createDatabase: copyDatabase,
      admin: (database) =>
        openTrytonRpc(url, database, { login: 'admin', password: ADMIN_PASSWORD }),
      stopServer: async () => server?.stop(),
      startServer,
      freeze: async () => freeze(server?.pid ?? -1),
      thaw: () => server?.signal('SIGCONT'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Makes the database `pristine`, from which all others are copied. */
async function setUp(
  options: TrytonOptions,
  folder: string,
  postgres: PostgresServer | undefined,
): Promise<void> {
  // trytond-admin fills a database, it does not make one: an empty file is an empty SQLite database.
  if (postgres === undefined) writeFileSync(join(folder, 'databases', 'pristine.sqlite'), '');
  else await postgres.createDatabase('pristine');
  const modules = options.modules ?? ['party', 'sale_opportunity'];
  const flags = [
    '--email',
    'admin@example.com',
    '--all',
    '--activate-dependencies',
    '-u',
    ...modules,
  ];
  await runProgram('trytond-admin', {
    arguments: ['-c', join(folder, 'trytond.conf'), '-d', 'pristine', ...flags],
    environment: { TRYTONPASSFILE: join(folder, 'password') },
    folder,
    logFile: join(folder, 'trytond-admin.log'),
    timeoutMs: SET_UP_TIMEOUT_MS,
  });
  if (postgres !== undefined) return;
  const made = join(folder, 'databases', 'pristine.sqlite');
  copyFileSync(made, join(folder, 'pristine.sqlite'));
  rmSync(made);
}

function configuration(
  options: TrytonOptions,
  folder: string,
  port: number,
  postgres: PostgresServer | undefined,
): string {
  const database =
    postgres === undefined
      ? { uri: 'sqlite://', path: join(folder, 'databases') }
      : { uri: `postgresql://${postgres.user}@${postgres.host}:${postgres.port}/` };
  const sections: Record<string, Readonly<Record<string, string>>> = {
    database,
    web: { listen: `127.0.0.1:${port}`, root: join(folder, 'www') },
    ...(options.tls === undefined
      ? {}
      : { ssl: { certificate: options.tls.certificateFile, privatekey: options.tls.keyFile } }),
  };
  for (const [name, settings] of Object.entries(options.settings ?? {})) {
    sections[name] = { ...sections[name], ...settings };
  }
  return Object.entries(sections)
    .map(([name, settings]) => {
      const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
      return `[${name}]\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

/** Any HTTP answer will do: without a certificate that we trust, the refusal comes after the handshake. */
async function answers(url: string): Promise<boolean> {
  return fetch(url, { method: 'POST', signal: AbortSignal.timeout(2000) }).then(
    () => true,
    (error: unknown) => JSON.stringify((error as Error).cause ?? {}).includes('CERT'),
  );
}
