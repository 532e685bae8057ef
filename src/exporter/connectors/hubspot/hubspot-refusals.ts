import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer } from '../../../http/http.ts';
import { parseJson } from '../web/answers.ts';
import { memberOf } from '../web/shapes.ts';

/** "Locked" by much writing, and "migration in progress" (developers.hubspot.com, error handling). */
const STATUSES: Readonly<Record<number, FailureReason>> = {
  423: 'rate_limited',
  477: 'server_error',
};

const CATEGORIES: Readonly<Record<string, FailureReason>> = {
  INVALID_AUTHENTICATION: 'authentication',
  EXPIRED_AUTHENTICATION: 'authentication',
  MISSING_SCOPES: 'authorization',
};

/**
 * What a refusal means beyond its status. Errors have a `category`; those of limits have a `policyName` in its place,
 * such as DAILY, SECONDLY or TEN_SECONDLY_ROLLING (developers.hubspot.com, usage guidelines). All members are optional.
 */
export function readHubspotRefusal(answer: HttpAnswer): FailureReason | undefined {
  const { status } = answer;
  if (status < 400) return undefined;
  if (Object.hasOwn(STATUSES, status)) return STATUSES[status];
  const parsed = parseJson(answer, 'a refusal');
  const error = parsed.ok ? parsed.value : undefined;
  if (status === 429) {
    const policy = memberOf(error, 'policyName');
    if (policy === 'DAILY') return 'quota_exhausted';
    return typeof policy === 'string' ? 'rate_limited' : undefined;
  }
  const category = memberOf(error, 'category');
  return typeof category === 'string' && Object.hasOwn(CATEGORIES, category)
    ? CATEGORIES[category]
    : undefined;
}

/** Whether HubSpot says that the token may not ask this for want of a scope, rather than that anything is wrong. */
export function isMissingScope(answer: HttpAnswer): boolean {
  if (answer.status !== 403) return false;
  const parsed = parseJson(answer, 'a refusal');
  return parsed.ok && memberOf(parsed.value, 'category') === 'MISSING_SCOPES';
}
