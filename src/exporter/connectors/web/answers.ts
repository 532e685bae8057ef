import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer, Outcome } from '../../../http/http.ts';
import { fail, succeed } from './outcomes.ts';

/** The reason that an HTTP status stands for, whatever the platform; undefined for a success. */
export function reasonOfStatus(status: number): FailureReason | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 401) return 'authentication';
  if (status === 403) return 'authorization';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 408) return 'timeout';
  if (status === 429) return 'rate_limited';
  if (status >= 500) return 'server_error';
  // A redirect where data was promised leads to a log-in page or to another address of the API.
  if (status < 400) return 'bad_payload';
  // What is left says that the request is not understood (any more).
  return 'schema_changed';
}

/** From this many seconds on, "try again later" means that the allowance is used up. */
const QUOTA_RETRY_SECONDS = 60;

/** The reason that an answer stands for by its status and by how long it asks to wait; undefined for a success. */
export function reasonOfAnswer(answer: HttpAnswer, nowMs: number): FailureReason | undefined {
  const reason = reasonOfStatus(answer.status);
  if (reason !== 'rate_limited') return reason;
  const waitSeconds = retryAfterSeconds(answer, nowMs) ?? 0;
  return waitSeconds >= QUOTA_RETRY_SECONDS ? 'quota_exhausted' : reason;
}

/** Parses an answer that must be JSON; `what` names the request without its query. */
export function parseJson(answer: HttpAnswer, what: string): Outcome<unknown> {
  const type = answer.headers['content-type'] ?? 'no content type';
  if (/\bhtml\b/i.test(type)) {
    return fail('bad_payload', `${what} answered ${answer.status} with HTML in place of JSON`);
  }
  if (answer.body.trim() === '') {
    return fail('bad_payload', `${what} answered ${answer.status} with an empty body`);
  }
  // JSON that is exchanged is UTF-8 (RFC 8259, section 8.1); guessed letters would become facts about data.
  if (answer.hasInvalidUtf8 === true) {
    return fail('bad_payload', `${what} answered ${answer.status} with JSON that is no UTF-8`);
  }
  try {
    // A parser may ignore a byte order mark (same section), and some servers send one.
    return succeed(JSON.parse(answer.body.replace(/^\uFEFF/, '')) as unknown);
  } catch {
    const size = Buffer.byteLength(answer.body);
    return fail('bad_payload', `${what} answered ${size} bytes that are no complete JSON`);
  }
}

/** The JSON that a refusal may hold; undefined where it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Seconds of a Retry-After header, which holds seconds or a date (RFC 9110, section 10.2.3). */
export function retryAfterSeconds(answer: HttpAnswer, nowMs: number): number | undefined {
  const header = answer.headers['retry-after'];
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, (dateMs - nowMs) / 1000);
}
