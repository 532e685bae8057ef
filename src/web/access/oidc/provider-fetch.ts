import type { CustomFetch } from 'openid-client';
import type { HttpClient } from '../../../http/http.ts';

const TIMEOUT_MS = 10_000;
const MAXIMUM_BYTES = 1024 * 1024;
const METHODS = ['GET', 'POST'] as const;
/** The body was unpacked already, so these would be untrue. */
const HOP_HEADERS = new Set([
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'connection',
]);
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * What openid-client sends goes through the http room: bounded in time and size, without redirects, and to the
 * listed origins alone, whatever the documents of the provider name.
 */
export function createProviderFetch(http: HttpClient, origins: ReadonlySet<string>): CustomFetch {
  return async (url, { method, headers, body, signal }) => {
    const { origin } = new URL(url);
    if (!origins.has(origin)) {
      throw new Error(`${origin} is neither the host of the issuer nor one of the listed hosts`);
    }
    const known = METHODS.find((each) => each === method);
    if (known === undefined) throw new Error('a request that is neither GET nor POST');
    const outcome = await http.request({
      method: known,
      url,
      headers: Object.fromEntries(Object.entries(headers)),
      ...(body === undefined || body === null ? {} : { body: textOf(body) }),
      timeoutMs: TIMEOUT_MS,
      maximumBytes: MAXIMUM_BYTES,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!outcome.ok) throw new Error(outcome.failure.detail);
    const { answer } = outcome;
    const kept = Object.entries(answer.headers).filter(([name]) => !HOP_HEADERS.has(name));
    return new Response(WITHOUT_BODY.has(answer.status) ? null : answer.body, {
      status: answer.status,
      headers: kept,
    });
  };
}

function textOf(body: unknown): string {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  throw new Error('a body that is neither a text nor a form');
}
