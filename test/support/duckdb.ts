import { DuckDBInstance } from '@duckdb/node-api';

/** Runs statements on a DuckDB file, which is made when there is none, or on none at all. */
export async function runDuckdb(statements: string, file = ':memory:'): Promise<void> {
  const instance = await DuckDBInstance.create(file);
  try {
    const connection = await instance.connect();
    await connection.run(statements);
    connection.closeSync();
  } finally {
    instance.closeSync();
  }
}
