import type { FailureReason } from '../../../catalog/catalog.ts';
import { jsonIn } from '../web/answers.ts';
import type { ReadRefusal } from '../web/exchange.ts';
import { isRecord } from '../web/shapes.ts';

/**
 * Codes of the errors that the REST API answers as [{"errorCode", "message"}]; source: developer.salesforce.com, REST API,
 * "Status Codes and Error Responses", and SOAP API, "ExceptionCode".
 */
const REASONS: Readonly<Record<string, FailureReason>> = {
  INVALID_SESSION_ID: 'authentication',
  INVALID_AUTH_HEADER: 'authentication',
  INSUFFICIENT_ACCESS: 'authorization',
  INSUFFICIENT_ACCESS_OR_READONLY: 'authorization',
  API_DISABLED_FOR_ORG: 'authorization',
  API_CURRENTLY_DISABLED: 'authorization',
  FUNCTIONALITY_NOT_ENABLED: 'authorization',
  REQUEST_LIMIT_EXCEEDED: 'quota_exhausted',
  NOT_FOUND: 'not_found',
  UNSUPPORTED_API_VERSION: 'not_found',
  INVALID_FIELD: 'schema_changed',
  MALFORMED_QUERY: 'schema_changed',
  EXCEEDED_ID_LIMIT: 'too_large',
  OPERATION_TOO_LARGE: 'too_large',
  QUERY_TIMEOUT: 'timeout',
  SERVER_UNAVAILABLE: 'server_error',
};

/**
 * Reads the code of an error. INVALID_TYPE says that an object is not there or not to be seen by this user, without
 * telling which: `hidden` is the reason for it.
 */
export function createReadRefusal(hidden: 'not_found' | 'authorization'): ReadRefusal {
  return ({ status, body }) => {
    if (status < 400) return undefined;
    const [error] = errorsIn(body);
    const code = error?.['errorCode'];
    if (error === undefined || typeof code !== 'string') return undefined;
    if (code === 'INVALID_TYPE') return hidden;
    // The same code stands for too many long requests at a time, which says nothing about the day's allowance.
    const isOfTheMoment = /concurrent/i.test(String(error['message']));
    if (code === 'REQUEST_LIMIT_EXCEEDED' && isOfTheMoment) return 'rate_limited';
    return Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  };
}

function errorsIn(body: string): readonly Readonly<Record<string, unknown>>[] {
  const errors = jsonIn(body);
  return Array.isArray(errors) ? errors.filter(isRecord) : [];
}
