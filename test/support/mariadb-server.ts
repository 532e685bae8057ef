import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createConnection } from 'mysql2/promise';
import {
  findFreePort,
  findProgram,
  findUser,
  runProgram,
  startProgram,
  waitUntil,
} from './program.ts';
import type { Program } from './program.ts';
import type { KeyPair } from './test-certificates.ts';

/** A throw-away MariaDB on loopback with a user `root` without a password; nothing durable. */
export type MariadbServer = {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Process id of the server, for SIGSTOP and the like. */
  pid(): number;
  /** Runs statements, parted by ";", as root. */
  sql(statements: string, database?: string): Promise<void>;
  /** What an administrator does who installs another certificate; the server must have been started with one. */
  setCertificate(pair: KeyPair): Promise<void>;
  /** Stops everything and removes the folder. Idempotent. */
  stop(): Promise<void>;
};

/** Why MariaDB cannot run here, or undefined when it can. For `describe.skipIf`. */
export function mariadbMissing(): string | undefined {
  return ['mariadbd', 'mariadb-install-db', 'my_print_defaults']
    .filter((name) => findProgram(name) === undefined)
    .map((name) => `the program ${name} is missing`)[0];
}

function requireProgram(name: string): string {
  const file = findProgram(name);
  if (file === undefined) throw new Error(`the program ${name} is missing: mariadb-server-core`);
  return file;
}

/** A fresh folder of data, then the server on a free port of 127.0.0.1. As root it runs as the user `nobody`. */
export async function startMariadb(
  options: {
    /** The certificate that it shows; without one it knows no TLS. */
    readonly certificate?: KeyPair;
    /** Settings of the server, such as "--autocommit=0". */
    readonly settings?: readonly string[];
  } = {},
): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-mariadb-'));
  const logFile = join(folder, 'mariadb.log');
  const user = process.getuid?.() === 0 ? findUser('nobody') : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const run = { folder, logFile, ...(user === undefined ? {} : { user }) };
  const data = join(folder, 'data');
  await runProgram(requireProgram('mariadb-install-db'), {
    ...run,
    arguments: [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    timeoutMs: 120_000,
  });
  const { certificate, settings = [] } = options;
  const tls = certificate === undefined ? [] : writeCertificate(folder, certificate);
  const port = await findFreePort();
  const server: Program = startProgram(requireProgram('mariadbd'), {
    ...run,
    arguments: [
      '--no-defaults',
      `--datadir=${data}`,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${join(folder, 'mariadb.sock')}`,
      `--pid-file=${join(folder, 'mariadb.pid')}`,
      '--innodb-flush-log-at-trx-commit=0',
      '--skip-log-bin',
      '--skip-name-resolve',
      ...tls,
      ...settings,
    ],
  });

  async function sql(statements: string, database?: string): Promise<void> {
    const connection = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'root',
      multipleStatements: true,
      ...(database === undefined ? {} : { database }),
    });
    try {
      await connection.query(statements);
    } finally {
      await connection.end();
    }
  }

  async function answers(): Promise<boolean> {
    return sql('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  await waitUntil(() => server.hasEnded() || answers(), {
    timeoutMs: 60_000,
    describe: () => `MariaDB starts: ${server.log()}`,
  });
  if (server.hasEnded()) throw new Error(`MariaDB ended: ${server.log()}`);
  return {
    host: '127.0.0.1',
    port,
    pid: () => server.pid,
    sql,
    async setCertificate(pair) {
      writeCertificate(folder, pair);
      await sql('FLUSH SSL');
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server may run as another user, and its folder goes with it. */
function writeCertificate(folder: string, { key, cert }: KeyPair): readonly string[] {
  const files = { key: join(folder, 'server.key'), cert: join(folder, 'server.crt') };
  writeFileSync(files.key, key, { mode: 0o644 });
  writeFileSync(files.cert, cert, { mode: 0o644 });
  return [`--ssl-key=${files.key}`, `--ssl-cert=${files.cert}`];
}
