import { unreachable } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { openPostgresReader } from './postgres-reader.ts';
import type { SqlReader, SqlSource } from './sql-source.ts';
import { openSqliteReader } from './sqlite-reader.ts';

/**
 * Opens nothing yet: each engine connects when it is first asked.
 *
 * Sessions of PostgreSQL, MariaDB and MySQL are read-only and every statement has a timeout of its own, beside a deadline on this
 * side for a server that answers nothing. SQLite files are opened read-only for each statement, on the calling
 * thread: simple, and fine up to some hundred thousand rows; a query over a very large file delays everything
 * else for as long as it takes. DuckDB reads on threads of its own.
 */
export function openSqlReader(
  source: SqlSource,
  dependencies: { readonly clock: Clock },
): SqlReader {
  switch (source.engine) {
    case 'sqlite':
      return openSqliteReader(source);
    case 'postgresql':
      return openPostgresReader(source, dependencies.clock);
    case 'mysql':
      return openWhenAsked('mysql', async () => {
        const { openMysqlReader } = await import('./mysql-reader.ts');
        return openMysqlReader(source, dependencies.clock);
      });
    case 'duckdb':
      return openWhenAsked('duckdb', async () => {
        const { openDuckdbReader } = await import('./duckdb-reader.ts');
        return openDuckdbReader(source, dependencies.clock);
      });
    default:
      return unreachable(source);
  }
}

/** Some clients take longer to load than all else of a small exporter, and few targets need them. */
function openWhenAsked(engine: SqlReader['engine'], open: () => Promise<SqlReader>): SqlReader {
  let opening: Promise<SqlReader> | undefined;
  const opened = (): Promise<SqlReader> => (opening ??= open());
  return {
    engine,
    query: async (...given) => (await opened()).query(...given),
    connect: async (...given) => (await opened()).connect(...given),
    close: async () => (await opening)?.close(),
  };
}
