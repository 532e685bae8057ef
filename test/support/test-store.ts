import { createHash } from 'node:crypto';
import pg from 'pg';
import { openStore } from '../../src/store/store.ts';
import type { Store, StoreOptions, StoreSource } from '../../src/store/store.ts';
import type { PostgresServer } from './postgres-server.ts';

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
  const database = `test_${createHash('sha256').update(file).digest('hex').slice(0, 16)}`;
  const server = { host: '127.0.0.1', port: Number(port), user: 'postgres' };
  await createDatabase(server, database);
  return { engine: 'postgresql', ...server, database };
}

export type TestStoreOptions = Omit<StoreOptions, 'source'> & { readonly file: string };

export async function openTestStore({ file, ...options }: TestStoreOptions): Promise<Store> {
  const source = await findTestSource(file);
  // The server of the tests is quick and forgets what it commits when the power fails.
  return openStore({ source, allowUnsafeDurability: true, ...options });
}

async function createDatabase(server: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client({ ...server, database: 'postgres' });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  } catch (error) {
    // The second is what one of two gets that make it at the same time.
    const isThere = ['42P04', '23505'].includes((error as { code?: string }).code ?? '');
    if (!isThere) throw error;
  } finally {
    await client.end();
  }
}
