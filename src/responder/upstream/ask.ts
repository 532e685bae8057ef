import type { HttpClient } from '../../http/http.ts';
import { errorMessage, known, unknown } from '../../std/std.ts';
import type { Knowable } from '../../std/std.ts';

export type Server = {
  readonly url: string;
  /** The whole value of the header, when the server asks for one. */
  readonly authorization?: string;
};

export type AskOptions = {
  readonly http: HttpClient;
  readonly timeoutMs: number;
};

export type JsonAnswer = {
  readonly body: unknown;
  /** By the clock of whoever answered; null when it does not say. */
  readonly serverTimeMs: number | null;
};

/** An alert of the longest kind has some kilobytes, and 20,000 of them at once have been seen. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;

/** One GET with a deadline and a bound. Never throws: whatever is no answer of 200 with JSON is unknown. */
export async function askJson(
  { url, authorization }: Server,
  path: string,
  { http, timeoutMs }: AskOptions,
): Promise<Knowable<JsonAnswer>> {
  const outcome = await http.request({
    method: 'GET',
    url: `${url}${path}`,
    headers: {
      accept: 'application/json',
      ...(authorization === undefined ? {} : { authorization }),
    },
    timeoutMs,
    maximumBytes: MAXIMUM_BYTES,
  });
  if (!outcome.ok) return unknown(outcome.failure.reason, outcome.failure.detail);
  const { status, body, headers } = outcome.answer;
  if (status === 401 || status === 403) return unknown('authentication', `it answered ${status}`);
  if (status !== 200) return unknown('server_error', `it answered ${status}`);
  const serverTimeMs = Date.parse(headers['date'] ?? '');
  try {
    const parsed = JSON.parse(body) as unknown;
    return known({ body: parsed, serverTimeMs: Number.isNaN(serverTimeMs) ? null : serverTimeMs });
  } catch (error) {
    return unknown('bad_payload', `its answer is no JSON: ${errorMessage(error).slice(0, 100)}`);
  }
}

/** RFC 3339 to milliseconds; undefined when it is none, or no time after 1970. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const milliseconds = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'));
  return milliseconds > 0 ? milliseconds : undefined;
}
