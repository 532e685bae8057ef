import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { jsonIn } from '../web/answers.ts';
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
  if (status === 429) return undefined;
  if (status >= 400 && body.includes('"messages"')) return reasonOfMessages(body);
  if (!body.includes('"errors"')) return undefined;
  const errors = memberOf(jsonIn(body), 'errors');
  if (!Array.isArray(errors) || errors.length === 0) return undefined;
  const reason = reasonOf(errors[0]);
  if (reason !== undefined) return reason;
  return status < 400 ? 'server_error' : undefined;
}

/**
 * REST says 400 to much that is no fault of the request, among it a missing right (rest-api-exception.filter.ts). Its
 * words are read, never repeated.
 */
function reasonOfMessages(body: string): FailureReason | undefined {
  const messages = JSON.stringify(memberOf(jsonIn(body), 'messages') ?? '');
  if (/\bdoes not have permission\b/i.test(messages)) return 'authorization';
  if (/\bAPI Key (is revoked|has expired)\b/i.test(messages)) return 'authentication';
  return /\bLimit reached\b/.test(messages) ? 'rate_limited' : undefined;
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
