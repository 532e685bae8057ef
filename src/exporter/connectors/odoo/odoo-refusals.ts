import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { jsonIn } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/** By the full name of a Python exception, which every version of Odoo gives (`serialize_exception` in odoo/http.py). */
const REASONS: Readonly<Record<string, FailureReason>> = {
  'odoo.exceptions.AccessDenied': 'authentication',
  'odoo.http.SessionExpiredException': 'authentication',
  'odoo.exceptions.AccessError': 'authorization',
  'odoo.exceptions.MissingError': 'not_found',
  'werkzeug.exceptions.NotFound': 'not_found',
  'odoo.exceptions.UserError': 'schema_changed',
  'odoo.exceptions.ValidationError': 'schema_changed',
  'builtins.KeyError': 'schema_changed',
  'builtins.TypeError': 'schema_changed',
  'psycopg2.errors.UndefinedColumn': 'schema_changed',
  'psycopg2.errors.UndefinedTable': 'schema_changed',
  'psycopg2.OperationalError': 'database_unavailable',
  'psycopg2.InterfaceError': 'database_unavailable',
  'psycopg2.pool.PoolError': 'database_unavailable',
  'psycopg2.errors.AdminShutdown': 'database_unavailable',
  'psycopg2.errors.CrashShutdown': 'database_unavailable',
  'psycopg2.errors.CannotConnectNow': 'database_unavailable',
  'psycopg2.errors.TooManyConnections': 'database_unavailable',
};

/** Raised for a model or a method that is not there, as well as for other mistakes. */
const NOT_THERE = ['odoo.exceptions.UserError', 'builtins.AttributeError'];

/** What an exception inside Odoo means; undefined for a defect of its own. Its message is read, never repeated. */
export function reasonOfException(error: unknown): FailureReason | undefined {
  const name = memberOf(error, 'name');
  if (typeof name !== 'string') return undefined;
  const message = JSON.stringify(memberOf(error, 'message') ?? '');
  if (NOT_THERE.includes(name) && /does(n't| not) exist/.test(message)) return 'not_found';
  if (name === 'builtins.ValueError') {
    return /invalid field|unknown field|to sql because/i.test(message)
      ? 'schema_changed'
      : undefined;
  }
  return Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
}

/**
 * What a refusal by status means beyond it. Where a database cannot be opened, Odoo goes on without one and
 * knows no path of its API any more (NOT_FOUND_NODB and `_serve_nodb` in odoo/http.py).
 */
export function readOdooRefusal({ status, body }: HttpAnswer): FailureReason | undefined {
  if (status < 400) return undefined;
  if (status === 404 && body.includes('No database is selected')) return 'database_unavailable';
  return reasonOfException(jsonIn(body));
}
