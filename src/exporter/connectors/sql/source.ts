import { isAbsolute, join } from 'node:path';

import { createGuardedSockets } from '../../../http/http.ts';
import type { Outcome } from '../../../http/http.ts';
import { CrmwatchError } from '../../../std/std.ts';
import { SqlReaderError, openSqlReader } from '../../../store/store.ts';
import type { SqlReader, SqlSource } from '../../../store/store.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader, secretFailure } from '../web/secret-reader.ts';
import { allowedHost, isSocketPath } from './database-host.ts';
import { exportFormatOf } from './sql-options.ts';
import type { DatabaseOptions } from './sql-options.ts';

/** Opens the reader that the configuration describes, which reads its password each time it connects. */
export function openConfiguredReader(
  options: DatabaseOptions,
  dependencies: ConnectorDependencies,
): SqlReader {
  const reader = openSqlReader(toSource(options, dependencies), dependencies);
  const password = 'password' in options ? options.password : undefined;
  if (password === undefined) return reader;
  const { noteRefusal } = createSecretReader(dependencies.resolveSecret, password);
  const watch = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (error instanceof SqlReaderError && error.reason === 'authentication') noteRefusal();
      throw error;
    }
  };
  return {
    ...reader,
    query: (...given) => watch(reader.query(...given)),
    connect: (...given) => watch(reader.connect(...given)),
  };
}

function toSource(options: DatabaseOptions, dependencies: ConnectorDependencies): SqlSource {
  const { resolveSecret, folder, resolve } = dependencies;
  const inFolder = (path: string): string => (isAbsolute(path) ? path : join(folder, path));
  if (options.engine === 'sqlite') return { engine: 'sqlite', file: inFolder(options.file) };
  if (options.engine === 'duckdb') {
    const { file, exports = {} } = options;
    return {
      engine: 'duckdb',
      ...(file === undefined ? {} : { file: inFolder(file) }),
      exports: Object.entries(exports).map(([table, files]) => ({
        table,
        files: inFolder(files),
        format: exportFormatOf(files),
      })),
    };
  }
  const { engine, host, port, database, user, password, tls, allow_networks: networks } = options;
  const authority = tls?.ca_file;
  const authorities = authority === undefined ? [] : [resolveSecret(authority)];
  const allow = [...allowedHost(host, port), ...networks];
  const guard = { allow, ...(resolve === undefined ? {} : { resolve }) };
  return {
    engine,
    host,
    port,
    database,
    user,
    ...(password === undefined ? {} : { password: () => resolveSecret(password) }),
    ...(tls === undefined ? {} : { tls: { certificateAuthorities: authorities } }),
    ...(isSocketPath(host) ? {} : { openSocket: createGuardedSockets(guard) }),
  };
}

/** Turns what the reader reports into an outcome; anything else is a defect and is thrown on. */
export async function attempt<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return succeed(await work());
  } catch (error) {
    if (error instanceof SqlReaderError) return fail(error.reason, error.message);
    if (error instanceof CrmwatchError) return secretFailure(error);
    throw error;
  }
}
