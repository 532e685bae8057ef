import { decode, secretReference } from '../../../std/std.ts';
import type { Decoder, SecretReference } from '../../../std/std.ts';
import { AllowListError } from '../../../http/http.ts';
import { fileReference, networksField } from '../web/web-options.ts';
import { allowedHost } from './database-host.ts';
import { queriesField } from './sql-queries.ts';
import type { SqlQueries } from './sql-queries.ts';

type ServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password?: SecretReference;
  readonly tls?: { readonly ca_file?: SecretReference };
  readonly allow_networks: readonly string[];
};

export type DatabaseOptions =
  | { readonly engine: 'sqlite'; readonly file: string }
  | {
      readonly engine: 'duckdb';
      readonly file?: string;
      readonly exports?: Readonly<Record<string, string>>;
    }
  | (ServerOptions & { readonly engine: 'postgresql' })
  | (ServerOptions & { readonly engine: 'mysql' });

export type SqlObjectOptions = {
  readonly table: string;
  readonly identifier: string;
  readonly fields: Readonly<Record<string, string>>;
};

export type SqlOptions = {
  readonly platform: 'sql';
  readonly database: DatabaseOptions;
  readonly objects: Readonly<Record<string, SqlObjectOptions>>;
  readonly queries: SqlQueries;
};

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_$]{0,62}$/;
const column = decode.text({ pattern: IDENTIFIER, meaning: 'the name of a column' });
const table = decode.text({
  pattern: /^[A-Za-z_][A-Za-z0-9_$]{0,62}(\.[A-Za-z_][A-Za-z0-9_$]{0,62})?$/,
  meaning: 'the name of a table or view, such as contacts or sales.contacts',
});

const hostDecoder = decode.refine(decode.text({ maximumLength: 255 }), (host) => {
  try {
    allowedHost(host, 5432);
    return undefined;
  } catch (error) {
    if (!(error instanceof AllowListError)) throw error;
    return { message: error.message, remedy: 'write a name or an address, such as db.example.com' };
  }
});

function portField(usual: number): decode.Field<number> {
  const port = decode.integer({ minimum: 1, maximum: 65_535 });
  return decode.withDefault(port, usual, 'port', String(usual));
}

const SERVER_FIELDS = {
  database: decode.required(decode.text({ maximumLength: 63 }), 'name of the database'),
  user: decode.required(decode.text({ maximumLength: 63 }), 'user that may only read'),
  password: decode.optional(secretReference(), 'where the password is, if one is needed'),
  tls: decode.optional(
    decode.object({
      ca_file: decode.optional(fileReference(), 'PEM file of authorities to trust'),
    }),
    'connect with TLS and verify the server; without this key the connection is plain',
  ),
  allow_networks: networksField('the host name'),
} as const;

/** By whichever name people know it: both speak one protocol. */
const mysqlDecoder: Decoder<Extract<DatabaseOptions, { engine: 'mysql' }>> = decode.transform(
  decode.object({
    engine: decode.required(decode.choice(['mysql', 'mariadb']), 'a MariaDB or MySQL server'),
    host: decode.required(
      hostDecoder,
      'host name or address, or the path of the socket of a server on this machine',
    ),
    port: portField(3306),
    ...SERVER_FIELDS,
  }),
  (options) => ({ ...options, engine: 'mysql' as const }),
);

const EXPORT = /\.(csv|tsv|parquet|json|ndjson|jsonl)(\.gz)?$/;

const duckdbDecoder: Decoder<Extract<DatabaseOptions, { engine: 'duckdb' }>> = decode.refine(
  decode.object({
    engine: decode.required(
      decode.choice(['duckdb']),
      'a DuckDB file, or exported files that DuckDB reads',
    ),
    file: decode.optional(
      decode.text({ meaning: 'the path of a file' }),
      'path of a DuckDB file; relative to this file',
    ),
    exports: decode.optional(
      decode.map(
        decode.text({
          pattern: EXPORT,
          meaning:
            'the path of files that end in .csv, .tsv, .parquet, .json, .ndjson or .jsonl, or one of these and .gz',
        }),
        { key: 'table name', pattern: IDENTIFIER },
      ),
      'tables that stand in exported files: by name of the table their path, relative to this file, in which * stands for any letters, such as contacts: export/contacts-*.csv',
    ),
  }),
  ({ file, exports = {} }) =>
    file === undefined && Object.keys(exports).length === 0
      ? { message: 'there is nothing to read', remedy: 'add file, or exports with a table' }
      : undefined,
);

/** How files of an export are read, by the end of their name. */
export function exportFormatOf(files: string): 'csv' | 'parquet' | 'json' {
  const [, ending = ''] = EXPORT.exec(files) ?? [];
  if (ending === 'parquet') return 'parquet';
  return ending === 'csv' || ending === 'tsv' ? 'csv' : 'json';
}

/** Where a database is; the identity needs the right to read and no other. */
export const DATABASE_DECODERS: {
  readonly [Name in DatabaseOptions['engine']]: Decoder<Extract<DatabaseOptions, { engine: Name }>>;
} = {
  postgresql: decode.object({
    engine: decode.required(decode.choice(['postgresql']), 'a PostgreSQL server'),
    host: decode.required(
      hostDecoder,
      'host name or address, or the folder of the socket of a server on this machine',
    ),
    port: portField(5432),
    ...SERVER_FIELDS,
  }),
  mysql: mysqlDecoder,
  sqlite: decode.object({
    engine: decode.required(decode.choice(['sqlite']), 'a SQLite file'),
    file: decode.required(
      decode.text({ meaning: 'the path of a file' }),
      'path of the file; relative to this file',
    ),
  }),
  duckdb: duckdbDecoder,
};

const databaseDecoder: Decoder<DatabaseOptions> = decode.union('engine', {
  ...DATABASE_DECODERS,
  mariadb: mysqlDecoder,
});

export const sqlDecoder: Decoder<SqlOptions> = decode.object({
  platform: decode.required(decode.choice(['sql']), 'any CRM whose database may be read'),
  database: decode.required(databaseDecoder, 'the database, by engine'),
  objects: decode.withDefault(
    decode.map(
      decode.object({
        table: decode.required(table, 'table or view with the records'),
        identifier: decode.withDefault(column, 'id', 'column that identifies a record', 'id'),
        fields: decode.required(
          decode.map(column, { key: 'field name', pattern: IDENTIFIER }),
          'fields that data-quality checks may use, and the column of each',
        ),
      }),
      { key: 'object name', pattern: IDENTIFIER },
    ),
    {},
    'tables of records whose quality is checked',
    '{}',
  ),
  queries: queriesField,
});
