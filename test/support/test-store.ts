import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { RESPONDER_MIGRATIONS } from '../../src/responder/pipeline/pipeline.ts';
import { openStore } from '../../src/store/store.ts';
import type { Store, StoreOptions, StoreSource } from '../../src/store/store.ts';
import type { PostgresServer } from './postgres-server.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

/**
 * The engine that stores of tests open: SQLite files, unless a test file of the contract suite says at its top
 * that it runs the same tests on PostgreSQL. In the environment, so that children of the test use it too.
 */
const PORT = 'CRMWATCH_TEST_POSTGRES_PORT';

/** From here on every test store of this test file is a database of that server. Gives the way back to SQLite. */
export function useTestPostgres({ port }: Pick<PostgresServer, 'port'>): () => void {
  process.env[PORT] = String(port);
  return () => void delete process.env[PORT];
}

/** The file itself or, on PostgreSQL, a database that belongs to its path and is made when it is first asked for. */
export async function findTestSource(file: string): Promise<StoreSource> {
  const port = process.env[PORT];
  if (port === undefined) return { engine: 'sqlite', file };
  return createDatabase(Number(port), databaseOf(file), 'template0');
}

/**
 * How many times a property is tried. Once more on PostgreSQL it is the engine that is on trial, and no longer the logic:
 * a fifth will do for that.
 */
export function runsOfProperty(count: number): number {
  return process.env[PORT] === undefined ? count : Math.ceil(count / 5);
}

export type TestStoreOptions = Omit<StoreOptions, 'source'> & { readonly file: string };

export async function openTestStore({ file, ...options }: TestStoreOptions): Promise<Store> {
  return open(await findTestSource(file), options);
}

/**
 * A store of the responder. One that is new is copied from one whose schema is complete already, since most tests ask
 * for one and have nothing to say about its migrations.
 */
export async function openResponderStore(
  file: string,
  options: Pick<StoreOptions, 'clock'> = {},
): Promise<Store> {
  const port = process.env[PORT];
  if (port === undefined) await copySqlite(file);
  else await copyPostgres(Number(port), file);
  return openTestStore({ file, migrations: RESPONDER_MIGRATIONS, ...options });
}

async function open(source: StoreSource, options: Omit<StoreOptions, 'source'>): Promise<Store> {
  // The server of the tests is quick and forgets what it commits when the power fails.
  return openStore({ source, allowUnsafeDurability: true, ...options });
}

let sqliteTemplate: Promise<Buffer> | undefined;

async function copySqlite(file: string): Promise<void> {
  if (existsSync(file)) return;
  const bytes = await (sqliteTemplate ??= makeSqliteTemplate());
  const whole = `${file}.${process.pid}.new`;
  writeFileSync(whole, bytes);
  try {
    // All of it at once, and not over what another replica has made meanwhile.
    linkSync(whole, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(whole);
  }
}

async function makeSqliteTemplate(): Promise<Buffer> {
  using folder = createTemporaryFolder();
  const file = join(folder.path, 'template.db');
  const store = await open({ engine: 'sqlite', file }, { migrations: RESPONDER_MIGRATIONS });
  await store.close();
  return readFileSync(file);
}

const POSTGRES_TEMPLATE = 'responder_template';
/** By the port of the server. */
const postgresTemplates = new Map<number, Promise<void>>();

async function copyPostgres(port: number, file: string): Promise<void> {
  const template = postgresTemplates.get(port) ?? makePostgresTemplate(port);
  postgresTemplates.set(port, template);
  await template;
  await createDatabase(port, databaseOf(file), POSTGRES_TEMPLATE);
}

async function makePostgresTemplate(port: number): Promise<void> {
  const source = await createDatabase(port, POSTGRES_TEMPLATE, 'template0');
  await (await open(source, { migrations: RESPONDER_MIGRATIONS })).close();
}

function databaseOf(file: string): string {
  return `test_${createHash('sha256').update(file).digest('hex').slice(0, 16)}`;
}

async function createDatabase(port: number, name: string, template: string): Promise<StoreSource> {
  const server = { host: '127.0.0.1', port, user: 'postgres' };
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  } catch (error) {
    // The second is what one of two gets that make it at the same time.
    const isThere = ['42P04', '23505'].includes((error as { code?: string }).code ?? '');
    if (!isThere) throw error;
  } finally {
    await client.end();
  }
  return { engine: 'postgresql', ...server, database: name };
}
