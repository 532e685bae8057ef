import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, IntegrationFacts, LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { countAt, memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { ZohoApi } from './zoho-api.ts';
import { readCount } from './zoho-queries.ts';

export const ORGANISATION = '/org';

/** Users who are active and have accepted their invitation (crm/developer/docs/api/v7/users-count.html). */
export async function readAccounts(
  { api }: ZohoApi,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const ofType = (type: string): Promise<Outcome<number>> =>
    readCount(api, `/users/actions/count?type=${type}`, budget);
  const active = await ofType('ActiveConfirmedUsers');
  if (!active.ok) return active;
  const privileged = await ofType('ActiveConfirmedAdmins');
  if (!privileged.ok) return privileged;
  return succeed({
    activeUsers: known(active.value),
    privilegedUsers: known(privileged.value),
    secondFactorUsers: unknown('not_supported', 'second factors are a matter of Zoho Accounts'),
  });
}

/**
 * What may be there or not: undefined where Zoho answers that there is nothing. So may what stands between, so that
 * something that is there in any case has to be answered too.
 */
async function getOrNothing(
  { api, lenient }: ZohoApi,
  path: string,
  budget: Budget,
): Promise<Outcome<ApiAnswer | undefined>> {
  const outcome = await lenient.get(path, budget);
  if (!outcome.ok || outcome.value.answer.status !== 204) return outcome;
  const organisation = await api.get(ORGANISATION, budget);
  if (!organisation.ok) return organisation;
  const found = recordsAt(organisation.value.document, ['org'], ORGANISATION);
  return found.ok ? succeed(undefined) : found;
}

/** Licences of users, where the edition tells them (crm/developer/docs/api/v8/get-user-licenses.html). */
export async function readLimits(
  zoho: ZohoApi,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const path = '/__features/user_licenses';
  const answer = await getOrNothing(zoho, path, budget);
  if (!answer.ok || answer.value === undefined) return answer.ok ? succeed([]) : answer;
  const found = recordsAt(answer.value.document, ['__features'], path);
  if (!found.ok) return found;
  const [feature] = found.value;
  const limit = countAt(feature, ['details', 'limits', 'total'], path);
  if (!limit.ok) return limit;
  const remaining = countAt(feature, ['details', 'available_count', 'total'], path);
  if (!remaining.ok) return remaining;
  return succeed([{ name: 'user_licences', limit: limit.value, remaining: remaining.value }]);
}

const FAILURES = '/settings/automation/webhook_failures';
/** What Zoho gives at once at most, and how often it is asked (crm/developer/docs/api/v8/get-webhook-failures.html). */
const PAGE_SIZE = 200;
const MOST_PAGES = 10;
const HOUR_MS = 3_600_000;
/** Zoho tells those of 30 days when no day is named, and does not say for how long it keeps what is older (same page). */
const LONGEST_WINDOW_MS = 29 * 24 * HOUR_MS;
/** Days begin in the time zone of the organisation, which lags behind UTC by so much at most. */
const LATEST_ZONE_MS = 12 * HOUR_MS;

/** Web hooks alone: imports, messages and synchronisation leave nothing behind that Zoho would list. */
export async function readIntegrations(
  zoho: ZohoApi,
  { sinceMs, nowMs }: { readonly sinceMs: number; readonly nowMs: number },
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const failures =
    nowMs - sinceMs > LONGEST_WINDOW_MS
      ? succeed(
          unknown(
            'not_supported',
            'failures of web hooks are certain to be kept for 30 days alone',
          ),
        )
      : await countFailures(zoho, sinceMs, budget);
  return failures.ok ? succeed([{ integration: 'webhook', failures: failures.value }]) : failures;
}

/** Days alone can be asked for, so that the rest is left out here; the names of records in it are not looked at. */
async function countFailures(
  zoho: ZohoApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const from = new Date(sinceMs - LATEST_ZONE_MS).toISOString().slice(0, 10);
  /** Failures that come meanwhile shift the pages, so that one may be on two of them. */
  const counted = new Set<string>();
  for (let page = 1; page <= MOST_PAGES; page++) {
    const path = `${FAILURES}?from=${from}&per_page=${PAGE_SIZE}&page=${page}`;
    const answer = await getOrNothing(zoho, path, budget);
    if (!answer.ok) return answer;
    if (answer.value === undefined) {
      return page === 1
        ? succeed(known(0))
        : fail('bad_payload', `${FAILURES} answered nothing where more was promised`);
    }
    const { document } = answer.value;
    const found = recordsAt(document, ['webhook_failures'], FAILURES);
    if (!found.ok) return found;
    for (const failure of found.value) {
      const read = readFailure(failure);
      if (!read.ok) return read;
      if (read.value.atMs >= sinceMs) counted.add(read.value.id);
    }
    const hasMore = memberOf(document, 'info', 'more_records');
    if (typeof hasMore !== 'boolean') {
      return fail(
        'schema_changed',
        `${FAILURES} does not say at info.more_records whether there are more`,
      );
    }
    if (!hasMore) return succeed(known(counted.size));
  }
  const most = MOST_PAGES * PAGE_SIZE;
  return succeed(unknown('too_large', `web hooks failed more than ${most} times in these days`));
}

function readFailure({
  id,
  failure_time: time,
}: JsonRecord): Outcome<{ readonly id: string; readonly atMs: number }> {
  const atMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  if (typeof id === 'string' && !Number.isNaN(atMs)) return succeed({ id, atMs });
  return fail('schema_changed', `${FAILURES} has no time at failure_time, or no id`);
}
