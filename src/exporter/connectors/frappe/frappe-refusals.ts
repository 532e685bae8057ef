import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { jsonIn } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/** By `exc_type`, the class of the exception (`report_error` in frappe/utils/response.py, frappe/exceptions.py). */
const REASONS: Readonly<Record<string, FailureReason>> = {
  AuthenticationError: 'authentication',
  InvalidAuthorizationHeader: 'authentication',
  InvalidAuthorizationToken: 'authentication',
  SessionExpired: 'authentication',
  PermissionError: 'authorization',
  DoesNotExistError: 'not_found',
  ValidationError: 'schema_changed',
  // A filter or a list names a field that is not there, or not for this user.
  DataError: 'schema_changed',
  UndefinedColumn: 'schema_changed',
  UndefinedTable: 'schema_changed',
};

/** Numbers of errors of MariaDB: a column or a table that is gone; a server that is. */
const GONE = /\((1054|1146),/;
const UNREACHABLE = /\((1040|1049|2002|2003|2006|2013),/;

/** What a refusal means beyond its status; of the text in it, nothing is repeated. */
export function readFrappeRefusal({ status, body }: HttpAnswer): FailureReason | undefined {
  if (status < 400) return undefined;
  const error = jsonIn(body);
  const type = memberOf(error, 'exc_type');
  if (typeof type !== 'string') return undefined;
  if (Object.hasOwn(REASONS, type)) return REASONS[type];
  // Old versions say so with 417; the status 429 also tells how long to wait.
  if (type === 'RateLimitExceededError' && status !== 429) return 'rate_limited';
  if (type !== 'OperationalError' && type !== 'ProgrammingError') return undefined;
  // Texts are there for system users, where the site does not hide them.
  const text = JSON.stringify([memberOf(error, 'exception'), memberOf(error, 'exc')]);
  if (GONE.test(text)) return 'schema_changed';
  return UNREACHABLE.test(text) ? 'database_unavailable' : undefined;
}
