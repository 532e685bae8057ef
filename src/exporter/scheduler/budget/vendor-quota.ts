import type { QuotaReading } from './ledger.ts';

type Headers = Readonly<Record<string, string>>;

const HALF_DAY_SECONDS = 43_200;
const DAY_SECONDS = 86_400;

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function reading(
  limit: number | undefined,
  remaining: number | undefined,
): QuotaReading | undefined {
  if (limit === undefined || limit < 1) return undefined;
  return remaining === undefined || remaining > limit
    ? { limitCalls: limit }
    : { limitCalls: limit, remainingCalls: remaining };
}

/** `Sforce-Limit-Info: api-usage=18/5000`: used and allowed in 24 hours. Source: Salesforce REST API Developer Guide. */
function readSalesforce(headers: Headers): QuotaReading | undefined {
  const match = /(?:^|[;,\s])api-usage=(\d{1,15})\/(\d{1,15})/.exec(
    headers['sforce-limit-info'] ?? '',
  );
  if (match === null) return undefined;
  const [used, limit] = [Number(match[1]), Number(match[2])];
  return reading(limit, Math.max(0, limit - used));
}

/** `X-HubSpot-RateLimit-Daily` and `-Daily-Remaining`. Source: HubSpot, API usage guidelines. */
function readHubspot(headers: Headers): QuotaReading | undefined {
  return reading(
    count(headers['x-hubspot-ratelimit-daily']),
    count(headers['x-hubspot-ratelimit-daily-remaining']),
  );
}

/**
 * `X-RateLimit-Limit`, `-Remaining` and `-Reset` mean a minute on most platforms; they count here only when the reset
 * is so far away that the window must be a day. The reset is in seconds from now or since the epoch.
 */
function readGeneric(headers: Headers, nowMs: number): QuotaReading | undefined {
  const reset = count(headers['x-ratelimit-reset']);
  if (reset === undefined) return undefined;
  const seconds = reset > 1_000_000_000 ? reset - nowMs / 1000 : reset;
  if (seconds < HALF_DAY_SECONDS || seconds > DAY_SECONDS) return undefined;
  return reading(count(headers['x-ratelimit-limit']), count(headers['x-ratelimit-remaining']));
}

/** What the headers of an answer (names in lower case) say of the platform's daily quota; undefined when nothing. */
export function readQuotaHeaders(headers: Headers, nowMs: number): QuotaReading | undefined {
  return readSalesforce(headers) ?? readHubspot(headers) ?? readGeneric(headers, nowMs);
}
