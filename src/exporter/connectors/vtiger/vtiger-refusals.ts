import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { jsonIn } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/** Codes as include/Webservices/WebServiceErrorCode.php has them, among them its own spelling of one. */
const REASONS: Readonly<Record<string, FailureReason>> = {
  SESSION_EXPIRED: 'authentication',
  SESSION_LEFT_IDLE: 'authentication',
  INVALID_SESSIONID: 'authentication',
  INVALID_USER_CREDENTIALS: 'authentication',
  AUTHENTICATION_REQUIRED: 'authentication',
  AUTHENTICATION_FAILURE: 'authentication',
  INVALID_AUTH_TOKEN: 'authentication',
  ACCESSKEY_UNDEFINED: 'authentication',
  ACCESS_DENIED: 'authorization',
  DATABASE_QUERY_ERROR: 'database_unavailable',
  QUERY_SYNTAX_ERROR: 'schema_changed',
  INVALID_ID_ATTRIBUTE: 'schema_changed',
  MANDATORY_FIELDS_MISSING: 'schema_changed',
  REFERENCE_INVALID: 'schema_changed',
  UNKOWN_ENTITY: 'not_found',
  UNKNOWN_ENTITY: 'not_found',
  UNKNOWN_OPERATION: 'not_found',
  OPERATION_NOT_SUPPORTED: 'not_found',
  RECORD_NOT_FOUND: 'not_found',
};

/** A refusal is some words; what is larger are data, and need not be read twice. */
const LARGEST_REFUSAL = 10_000;

/** Vtiger answers its own errors with 200 and `{success: false, error: {code, message}}`. */
export function readRefusal(answer: HttpAnswer): FailureReason | undefined {
  const error = errorOf(answer);
  if (error === undefined) return undefined;
  const { code, message } = error;
  // Without a right and without a field or module it is the same code; what is gone is told by its words
  // (VTQL_Parser::buildSelectStmt, VtigerWebserviceObject::fromName).
  if (code === 'ACCESS_DENIED' && /attribute denied/.test(message)) return 'schema_changed';
  if (code === 'ACCESS_DENIED' && /is denied for name/.test(message)) return 'not_found';
  // What Vtiger has not foreseen it calls INTERNAL_SERVER_ERROR.
  return Object.hasOwn(REASONS, code) ? REASONS[code] : 'server_error';
}

/** While logging in, ACCESS_DENIED says that there is no such user (include/Webservices/AuthToken.php). */
export function readLogInRefusal(answer: HttpAnswer): FailureReason | undefined {
  return errorOf(answer)?.code === 'ACCESS_DENIED' ? 'authentication' : readRefusal(answer);
}

function errorOf({
  status,
  body,
}: HttpAnswer): { readonly code: string; readonly message: string } | undefined {
  if (status !== 200 || body.length > LARGEST_REFUSAL || !body.includes('"success"'))
    return undefined;
  const document = jsonIn(body);
  if (memberOf(document, 'success') !== false) return undefined;
  const code = memberOf(document, 'error', 'code');
  const message = memberOf(document, 'error', 'message');
  return {
    code: typeof code === 'string' ? code : '',
    message: typeof message === 'string' ? message : '',
  };
}
