import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { parseJson, reasonOfStatus } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/** What an answer means beyond its status (pipedrive.readme.io: rate limiting, responses). */
export function readPipedriveRefusal(answer: HttpAnswer): FailureReason | undefined {
  const { status, headers, body } = answer;
  switch (status) {
    // The account of the company is not open, as when it was not paid for.
    case 402:
      return 'authorization';
    case 403:
      // Whoever goes on in spite of 429 is answered by Cloudflare, with a page rather than with JSON.
      return isHtml(headers) && /cloudflare/i.test(body) ? 'rate_limited' : undefined;
    case 429:
      return headers['x-daily-ratelimit-token-remaining'] === '0' ? 'quota_exhausted' : undefined;
    default:
      return status < 300 ? reasonOfFailedSuccess(answer) : undefined;
  }
}

function isHtml(headers: HttpAnswer['headers']): boolean {
  return /\bhtml\b/i.test(headers['content-type'] ?? '');
}

/** A success that says of itself that it is none has the code of what it is, where it has any. */
function reasonOfFailedSuccess(answer: HttpAnswer): FailureReason | undefined {
  // Nearly all answers are none of these, and some are large.
  if (!/"success"\s*:\s*false/.test(answer.body)) return undefined;
  const parsed = parseJson(answer, 'a refusal');
  if (!parsed.ok || memberOf(parsed.value, 'success') !== false) return undefined;
  const code = memberOf(parsed.value, 'errorCode');
  return typeof code === 'number' && code >= 400 && code < 600
    ? reasonOfStatus(code)
    : 'server_error';
}
