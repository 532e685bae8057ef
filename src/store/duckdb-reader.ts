import { existsSync, globSync } from 'node:fs';

import { DuckDBInstance, StatementType, version } from '@duckdb/node-api';
import type { DuckDBConnection, JS } from '@duckdb/node-api';

import { errorMessage } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import { quoteName } from './quote-name.ts';
import { withDeadline } from './reader-deadline.ts';
import { toReaderInteger, toReaderRow } from './reader-rows.ts';
import { SqlReaderError } from './sql-source.ts';
import type {
  DuckdbSource,
  ExportedTable,
  QueryLimits,
  ReaderValue,
  SqlReader,
} from './sql-source.ts';

/** Of one query; a machine that monitors has other things to do as well. */
const SETTINGS = { threads: '2', memory_limit: '2GB', temp_directory: '' } as const;

/**
 * A file of DuckDB, or tables made of exported files. Opened for each query, as SQLite files are: what was replaced meanwhile is
 * noticed, and no lock is kept. Statements run on threads of DuckDB's own and are interrupted at the deadline.
 */
export function openDuckdbReader(source: DuckdbSource, clock: Clock): SqlReader {
  async function run<T>(
    limits: QueryLimits,
    work: (connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    const place = source.file === undefined ? 'the exported files' : 'the DuckDB file';
    if (source.file !== undefined && !existsSync(source.file)) {
      throw new SqlReaderError('database_unavailable', 'the DuckDB file does not exist');
    }
    return withDeadline({ clock, limits, place, toReaderError }, async (watch) => {
      const instance = await openInstance(source);
      try {
        const connection = await instance.connect();
        watch.use({ destroy: () => connection.interrupt() });
        try {
          await prepareTables(connection, source);
          if (watch.isOver()) throw new SqlReaderError('timeout', `${place} were read too slowly`);
          return await work(connection);
        } finally {
          watch.use(undefined);
          connection.closeSync();
        }
      } finally {
        instance.closeSync();
      }
    });
  }

  return {
    engine: 'duckdb',
    query: async (statement, values, limits) =>
      run(limits, async (connection) => {
        const prepared = await prepareQuestion(connection, statement);
        if (prepared.parameterCount !== values.length) {
          const places = `${prepared.parameterCount} places for ${values.length} values`;
          throw new SqlReaderError('schema_changed', `the statement has ${places}`);
        }
        prepared.bind([...values]);
        const result = await prepared.runAndReadAll();
        return result.getRowObjectsJS().map((row) => toReaderRow(row, toReaderValue));
      }),
    connect: async (limits) =>
      run(limits, async (connection) => {
        await connection.run('SELECT count(*) FROM duckdb_tables()');
        return { version: `DuckDB ${version().replace(/^v/, '')}` };
      }),
    close: async () => {},
  };
}

function openInstance({ file }: DuckdbSource): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file ?? ':memory:', {
    ...SETTINGS,
    ...(file === undefined ? {} : { access_mode: 'READ_ONLY' }),
  });
}

/** From here on nothing can be read but what the source names, whatever a statement asks for, and no setting changes that. */
async function prepareTables(
  connection: DuckDBConnection,
  { exports = [] }: DuckdbSource,
): Promise<void> {
  await connection.run("SET TimeZone = 'UTC'");
  const readable: string[] = [];
  for (const { table, files, format } of exports) {
    const found = existsSync(files) ? [files] : globSync(files);
    const paths = found.toSorted().map(quoteText);
    if (paths.length === 0) {
      throw new SqlReaderError('database_unavailable', `there is no file ${files}`);
    }
    readable.push(...paths);
    const reading = READERS[format](paths.join(', '));
    await connection.run(`CREATE VIEW ${quoteName(table)} AS SELECT * FROM ${reading}`);
  }
  if (readable.length > 0) await connection.run(`SET allowed_paths = [${readable.join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

/**
 * CSV is read as the text that it is: a guess at its types would take the zeros away with which numbers of telephones begin, and be
 * wrong about a column whose first thousands of values are not like the others.
 */
const READERS: Readonly<Record<ExportedTable['format'], (files: string) => string>> = {
  csv: (files) =>
    `read_csv([${files}], header = true, quote = '"', escape = '"', all_varchar = true, union_by_name = true)`,
  parquet: (files) => `read_parquet([${files}], union_by_name = true)`,
  json: (files) => `read_json([${files}], union_by_name = true)`,
};

/** One statement that asks for something; all others are refused, since an export could be overwritten by them. */
async function prepareQuestion(
  connection: DuckDBConnection,
  statement: string,
): ReturnType<DuckDBConnection['prepare']> {
  const extracted = await connection.extractStatements(statement);
  if (extracted.count !== 1) {
    throw new SqlReaderError('schema_changed', `${extracted.count} statements in place of one`);
  }
  const prepared = await extracted.prepare(0);
  if (prepared.statementType !== StatementType.SELECT) {
    throw new SqlReaderError('schema_changed', 'the statement is no SELECT');
  }
  return prepared;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** What is binary or made of parts is nothing. */
function toReaderValue(value: JS): ReaderValue {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
      return value;
    case 'bigint':
      return toReaderInteger(value);
    default:
      return null;
  }
}

/** Messages of these name what a statement asks for; those of all others may hold what stands in the data. */
const OF_THE_STATEMENT = /^(Catalog|Binder|Parser) Error: /;

function toReaderError(error: unknown): SqlReaderError {
  if (error instanceof SqlReaderError) return error;
  const message = errorMessage(error);
  const [first = ''] = message.split('\n');
  if (/^Catalog Error: Table with name .* does not exist/.test(first)) {
    return new SqlReaderError('not_found', first, error);
  }
  if (OF_THE_STATEMENT.test(first)) return new SqlReaderError('schema_changed', first, error);
  if (first.startsWith('IO Error: ')) {
    return new SqlReaderError('database_unavailable', 'the files cannot be opened or read', error);
  }
  const [, line] = /CSV Error on Line: (\d+)/.exec(message) ?? [];
  if (line !== undefined) {
    return new SqlReaderError('bad_payload', `line ${line} of an exported file is no CSV`, error);
  }
  if (first.startsWith('Out of Memory Error')) {
    const detail = `the query needs more than ${SETTINGS.memory_limit} of memory`;
    return new SqlReaderError('too_large', detail, error);
  }
  if (/^(Invalid Input|Conversion|Out of Range) Error/.test(first)) {
    return new SqlReaderError('bad_payload', 'the data is not what the query takes it for', error);
  }
  return new SqlReaderError('internal', 'the DuckDB query could not be run', error);
}
