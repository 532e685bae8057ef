import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { jsonIn } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/**
 * What stands in front of the API answers in plain text, and with 200 where PHP had already begun to write
 * (htdocs/api/index.php).
 */
const PLAIN_TEXTS: readonly (readonly [RegExp, FailureReason])[] = [
  [/^APIs are not allowed from the IP /, 'authorization'],
  [/^The API with endpoint .* is forbidden by config API_ENDPOINT_RULES/, 'authorization'],
  [/^API not found \(failed to include API file\)/, 'not_found'],
];

/** 401 stood for a missing right before 403 did; who is not known at all is told so in other words. */
const MISSING_RIGHT =
  /^Unauthorized(: (You are not allowed|Access not allowed|Not allowed|No permission|Insuf).*)?$/i;

/** The database does not know a field: MySQL and MariaDB, PostgreSQL. */
const UNKNOWN_COLUMN = /Unknown column|column .* does not exist/i;

const NO_RECORD = /^Not Found: (No .+ found|.+ not found)$/i;

/** What a refusal of Dolibarr means beyond its status. */
export function readDolibarrRefusal(answer: HttpAnswer): FailureReason | undefined {
  if (!isJson(answer)) {
    const text = answer.body.trimStart();
    return PLAIN_TEXTS.find(([pattern]) => pattern.test(text))?.[1];
  }
  const { status } = answer;
  if (status !== 401 && status !== 503) return undefined;
  const message = messageOf(jsonIn(answer.body));
  if (message === undefined) return undefined;
  if (status === 401) return MISSING_RIGHT.test(message) ? 'authorization' : undefined;
  return UNKNOWN_COLUMN.test(message) ? 'schema_changed' : undefined;
}

/** An empty list is a 404 whose message says what was not found; a missing API says "Not Found" and no more. */
export function isEmptyList(answer: HttpAnswer): boolean {
  return answer.status === 404 && isJson(answer) && isNoRecord(jsonIn(answer.body));
}

export function isNoRecord(document: unknown): boolean {
  return NO_RECORD.test(messageOf(document) ?? '');
}

/** Restler puts the name of the status before the message (Luracast/Restler/RestException.php, Compose.php). */
function messageOf(document: unknown): string | undefined {
  const message = memberOf(document, 'error', 'message');
  return typeof message === 'string' ? message : undefined;
}

function isJson({ headers }: HttpAnswer): boolean {
  return /\bjson\b/i.test(headers['content-type'] ?? '');
}
