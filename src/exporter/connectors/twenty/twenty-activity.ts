import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { ApiTokenFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { TwentyApi } from './twenty-api.ts';

/** Keys that are neither revoked nor past their end (`isActive` in api-key.service.ts of twenty-server). */
export async function readApiTokens(
  api: TwentyApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const keys = await api.listKeys(budget);
  if (!keys.ok) return keys;
  // Whoever asks has one.
  if (keys.value.length === 0) return fail('schema_changed', 'Twenty lists no key to a key');
  let active = 0;
  let oldestMs = Infinity;
  for (const { createdAt, expiresAt, revokedAt } of keys.value) {
    const createdMs = timeMsOf(createdAt);
    const endMs = timeMsOf(expiresAt);
    if (createdMs === undefined || endMs === undefined) {
      return fail('schema_changed', 'Twenty lists a key without the times of its start and end');
    }
    const isRevoked = revokedAt !== null && revokedAt !== undefined;
    if (isRevoked || endMs < nowMs) continue;
    active += 1;
    oldestMs = Math.min(oldestMs, createdMs);
  }
  return succeed({
    active: known(active),
    oldestAgeSeconds: active === 0 ? NO_KEY : known(ageSecondsOf(oldestMs, nowMs)),
  });
}

const NO_KEY = unknown('empty', 'all API keys have ended');

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function timeMsOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : atMs;
}
