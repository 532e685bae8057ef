import { isAbsolute, join } from 'node:path';

import type { Outcome } from '../../../http/http.ts';
import { SqlReaderError, openSqlReader } from '../../../store/store.ts';
import type { SqlReader, SqlSource } from '../../../store/store.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { DatabaseOptions } from './sql-options.ts';

/** Opens the reader that the configuration describes; reads its secrets. */
export function openConfiguredReader(
  options: DatabaseOptions,
  dependencies: ConnectorDependencies,
): SqlReader {
  return openSqlReader(toSource(options, dependencies), dependencies);
}

function toSource(options: DatabaseOptions, dependencies: ConnectorDependencies): SqlSource {
  const { resolveSecret, folder } = dependencies;
  if (options.engine === 'sqlite') {
    const { engine, file } = options;
    return { engine, file: isAbsolute(file) ? file : join(folder, file) };
  }
  const { password, tls, ...rest } = options;
  const authority = tls?.ca_file;
  const authorities = authority === undefined ? [] : [resolveSecret(authority)];
  return {
    ...rest,
    ...(password === undefined ? {} : { password: resolveSecret(password) }),
    ...(tls === undefined ? {} : { tls: { certificateAuthorities: authorities } }),
  };
}

/** Turns the reader's error into an outcome; anything else is a defect and is thrown on. */
export async function attempt<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return succeed(await work());
  } catch (error) {
    if (error instanceof SqlReaderError) return fail(error.reason, error.message);
    throw error;
  }
}
