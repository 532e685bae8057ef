import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { isRecord, memberOf } from '../web/shapes.ts';

/** Errors come with 200 (twenty-server/src/engine/core-modules/graphql/utils/graphql-errors.util.ts). */
const REASONS: Readonly<Record<string, FailureReason>> = {
  UNAUTHENTICATED: 'authentication',
  FORBIDDEN: 'authorization',
  NOT_FOUND: 'not_found',
  BAD_USER_INPUT: 'schema_changed',
  GRAPHQL_VALIDATION_FAILED: 'schema_changed',
  GRAPHQL_PARSE_FAILED: 'schema_changed',
  TIMEOUT: 'server_error',
  INTERNAL_SERVER_ERROR: 'server_error',
};

/** What a validator of GraphQL says of a root field that is none: the object is gone. */
const NO_OBJECT = /^Cannot query field "[^"]*" on type "Query"/;

/** What the errors of an answer mean; data beside them are only a part. undefined without errors. */
export function readTwentyRefusal({ body, status }: HttpAnswer): FailureReason | undefined {
  // The status of a throttled answer says more, with how long to wait.
  if (status === 429 || !body.includes('"errors"')) return undefined;
  const errors = memberOf(parsed(body), 'errors');
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const reason = reasonOf(errors[0]);
  if (reason !== undefined) return reason;
  return status < 400 ? 'server_error' : undefined;
}

function reasonOf(error: unknown): FailureReason | undefined {
  const message = textAt(error, 'message');
  // Throttling and revoked keys share the codes of wrong input and of missing rights
  // (throttler-to-graphql-api-exception-handler.util.ts, jwt.auth.strategy.ts).
  const subCode = textAt(error, 'extensions', 'subCode');
  if (subCode === 'LIMIT_REACHED' || message.startsWith('Limit reached')) return 'rate_limited';
  if (/\brevoked\b/i.test(message)) return 'authentication';
  if (NO_OBJECT.test(message)) return 'not_found';
  if (message.startsWith('Cannot query field ')) return 'schema_changed';
  const code = textAt(error, 'extensions', 'code');
  return Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
}

function textAt(error: unknown, ...path: readonly string[]): string {
  const text = isRecord(error) ? memberOf(error, ...path) : undefined;
  return typeof text === 'string' ? text : '';
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
