import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { jsonIn } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/**
 * SuiteCRM answers every error of its own with 400 and says in words which it is, as
 * `{errors: {status, title, detail}}` (Api/V8/JsonApi/Response/ErrorResponse.php). What is not listed here stays
 * what the status says.
 */
const DETAILS: readonly (readonly [RegExp, FailureReason])[] = [
  // lib/Exception/AccessDeniedException.php and NotAllowedException.php
  [/\[AccessDeniedException\]|\[Not Allowed\]/, 'authorization'],
  // BeanManager::newBeanSafe
  [/^Module \w+ does not exist$/, 'not_found'],
  // ParamsMiddleware and UserService: the user of the token was disabled or deleted.
  [/^Not found$|^Users module with id .* is not found$/, 'authentication'],
];

/**
 * What ClientRepository and AccessTokenRepository say of a client that is gone, or whose user is; the OAuth server
 * passes it on as 500 with `unknown_error` (AuthorizationServerMiddleware of league/oauth2-server 8).
 */
const UNKNOWN_CLIENT =
  /^OAuth2Clients module with id .* is not found$|^No user found$|^Not Authorized$/;

/** DBManager::registerError and MysqliManager::connect print it, in front of or in place of an answer. */
const NO_DATABASE =
  /Database failure\. Please refer to|Database error\. Please check|Could not connect to the database\. Please refer to/;

/** For requests with a token. */
export function readApiRefusal(answer: HttpAnswer): FailureReason | undefined {
  if (answer.status < 400) return undefined;
  if (NO_DATABASE.test(answer.body)) return 'database_unavailable';
  if (answer.status !== 400) return undefined;
  const detail = memberOf(jsonIn(answer.body), 'errors', 'detail');
  if (typeof detail !== 'string') return undefined;
  return DETAILS.find(([pattern]) => pattern.test(detail))?.[1];
}

/** For the request that gets a token. */
export function readTokenRefusal(answer: HttpAnswer): FailureReason | undefined {
  if (answer.status < 400) return undefined;
  if (NO_DATABASE.test(answer.body)) return 'database_unavailable';
  const document = jsonIn(answer.body);
  if (memberOf(document, 'error') !== 'unknown_error') return undefined;
  const message = memberOf(document, 'error_description') ?? memberOf(document, 'message');
  return typeof message === 'string' && UNKNOWN_CLIENT.test(message) ? 'authentication' : undefined;
}
