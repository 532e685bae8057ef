import type { FailureReason } from '../catalog/catalog.ts';
import { RefusedTargetError, errorMessage, systemErrorCode } from '../std/std.ts';
import { SqlReaderError } from './sql-source.ts';

/** Names of errors (MariaDB and MySQL, error reference) that mean something of their own. */
const REASONS: Readonly<Record<string, FailureReason>> = {
  ER_ACCESS_DENIED_ERROR: 'authentication',
  ER_ACCESS_DENIED_NO_PASSWORD_ERROR: 'authentication',
  ER_ACCOUNT_HAS_BEEN_LOCKED: 'authentication',
  ER_MUST_CHANGE_PASSWORD: 'authentication',
  ER_MUST_CHANGE_PASSWORD_LOGIN: 'authentication',
  ER_NOT_SUPPORTED_AUTH_MODE: 'authentication',
  ER_DBACCESS_DENIED_ERROR: 'authorization',
  ER_TABLEACCESS_DENIED_ERROR: 'authorization',
  ER_COLUMNACCESS_DENIED_ERROR: 'authorization',
  ER_SPECIFIC_ACCESS_DENIED_ERROR: 'authorization',
  ER_PROCACCESS_DENIED_ERROR: 'authorization',
  ER_HOST_NOT_PRIVILEGED: 'authorization',
  ER_NO_SUCH_TABLE: 'not_found',
  ER_BAD_DB_ERROR: 'database_unavailable',
  ER_CON_COUNT_ERROR: 'database_unavailable',
  ER_TOO_MANY_USER_CONNECTIONS: 'database_unavailable',
  ER_USER_LIMIT_REACHED: 'database_unavailable',
  ER_HOST_IS_BLOCKED: 'database_unavailable',
  ER_LOCK_WAIT_TIMEOUT: 'database_unavailable',
  ER_LOCK_DEADLOCK: 'database_unavailable',
  ER_SERVER_SHUTDOWN: 'database_unavailable',
  ER_CONNECTION_KILLED: 'database_unavailable',
  ER_DISK_FULL: 'database_unavailable',
  ER_QUERY_TIMEOUT: 'timeout',
  ER_QUERY_INTERRUPTED: 'timeout',
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: 'internal',
  ER_VIEW_INVALID: 'schema_changed',
  ER_WRONG_VALUE: 'schema_changed',
  ER_CANT_AGGREGATE_2COLLATIONS: 'schema_changed',
  ER_CANT_AGGREGATE_3COLLATIONS: 'schema_changed',
  ER_CANT_AGGREGATE_NCOLLATIONS: 'schema_changed',
  HANDSHAKE_NO_SSL_SUPPORT: 'tls',
  PROTOCOL_CONNECTION_LOST: 'tcp',
};

/**
 * Errors that MariaDB alone has (its error reference): a killed connection, a statement that took too long, a locked
 * account. mysql2 has no name for them, or that of another error, which has the number in MySQL.
 */
const REASONS_OF_MARIADB: ReadonlyMap<number, FailureReason> = new Map([
  [1927, 'database_unavailable'],
  [1969, 'timeout'],
  [4151, 'authentication'],
]);

/** By the class of an SQLSTATE: wrong data, wrong numbers of rows or columns, wrong names. */
const REASONS_OF_CLASSES: Readonly<Record<string, FailureReason>> = {
  '21': 'schema_changed',
  '22': 'schema_changed',
  '28': 'authentication',
  '42': 'schema_changed',
};

type ServerError = { readonly errno: number; readonly sqlState: string };

function isServerError(error: unknown): error is ServerError {
  return (
    typeof error === 'object' &&
    error !== null &&
    'errno' in error &&
    typeof error.errno === 'number' &&
    'sqlState' in error &&
    typeof error.sqlState === 'string'
  );
}

/** What mysql2, the socket or the server reported, with one reason; the message names no value of the database. */
export function toReaderError(error: unknown, place: string): SqlReaderError {
  if (error instanceof SqlReaderError) return error;
  if (error instanceof RefusedTargetError) {
    return new SqlReaderError('refused_target', error.message, error);
  }
  if (error instanceof TypeError) {
    return new SqlReaderError('internal', `${place}: the query could not be run`, error);
  }
  const code = systemErrorCode(error) ?? '';
  if (isServerError(error)) {
    const own = REASONS_OF_MARIADB.get(error.errno);
    const name = own === undefined && code !== '' ? code : `error ${error.errno}`;
    const reason = own ?? reasonOfServer(code, error.sqlState);
    return new SqlReaderError(reason, `${place}: ${name}`, error);
  }
  const reason = named(code) ?? reasonOfConnection(code, errorMessage(error));
  return new SqlReaderError(reason, `${place}: ${code === '' ? 'connection failed' : code}`, error);
}

function named(code: string): FailureReason | undefined {
  return Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}

function reasonOfServer(code: string, sqlState: string): FailureReason {
  const ofClass = sqlState.slice(0, 2);
  const known = Object.hasOwn(REASONS_OF_CLASSES, ofClass)
    ? REASONS_OF_CLASSES[ofClass]
    : undefined;
  return named(code) ?? known ?? 'server_error';
}

function reasonOfConnection(code: string, message: string): FailureReason {
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (code === 'HANDSHAKE_SSL_ERROR') return reasonOfHandshake(message);
  if (/AUTH|PASSWORD/.test(code)) return 'authentication';
  return 'tcp';
}

/** mysql2 puts a code of its own in place of the one that names the certificate's fault; the words stay. */
function reasonOfHandshake(message: string): FailureReason {
  if (/certificate (has expired|is not yet valid)/.test(message)) return 'certificate_expired';
  return /certificate/.test(message) ? 'certificate_untrusted' : 'tls';
}
