import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AccountFacts, LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { HubspotApi } from './hubspot-api.ts';
import { timeOf } from './hubspot-activity.ts';
import { readRecordLimits } from './hubspot-records.ts';

/** Usage that was measured longer ago than this says nothing about now. */
const FRESH_MS = 3_600_000;
const LIMIT_NAME = /^[A-Za-z0-9-]{1,60}$/;

/** Calls of the day, and records that the account may hold. */
export async function readLimits(
  hubspot: HubspotApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const calls = await readCalls(hubspot, nowMs, budget);
  if (!calls.ok) return calls;
  const records = await readRecordLimits(hubspot, budget);
  return records.ok ? succeed([...calls.value, ...records.value]) : records;
}

/** Calls of all private apps of the account since its midnight; a measurement that is old or was not made is left out. */
async function readCalls(
  { api, paths }: HubspotApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const outcome = await api.get(paths.usage, budget);
  if (!outcome.ok) return outcome;
  const results = recordsAt(outcome.value.document, ['results'], paths.usage);
  if (!results.ok) return results;
  const byName = new Map<string, LimitFacts>();
  for (const usage of results.value) {
    const read = limitOf(usage, paths.usage);
    if (!read.ok) return read;
    const { name, remaining } = read.value;
    const isTighter = remaining < (byName.get(name)?.remaining ?? Infinity);
    if (isFresh(usage, nowMs) && isTighter) byName.set(name, read.value);
  }
  return succeed([...byName.values()]);
}

function limitOf(usage: JsonRecord, path: string): Outcome<LimitFacts> {
  const { name } = usage;
  if (typeof name !== 'string' || !LIMIT_NAME.test(name)) {
    return fail('schema_changed', `${path} has a limit without a name`);
  }
  const limit = countAt(usage, ['usageLimit'], path);
  if (!limit.ok) return limit;
  const used = countAt(usage, ['currentUsage'], path);
  if (!used.ok) return used;
  return succeed({
    name: name.toLowerCase().replaceAll('-', '_'),
    limit: limit.value,
    remaining: Math.max(0, limit.value - used.value),
  });
}

function isFresh({ fetchStatus, collectedAt, resetsAt }: JsonRecord, nowMs: number): boolean {
  // A cached measurement is as good as another while it is young; FAILURE, NOTFOUND and TIMEOUT are none.
  if (fetchStatus !== 'SUCCESS' && fetchStatus !== 'CACHED') return false;
  const isYoung = nowMs - timeOf(collectedAt) <= FRESH_MS;
  // One from before the reset is about yesterday's calls.
  const isReset = resetsAt !== undefined && timeOf(resetsAt) <= nowMs;
  return isYoung && !isReset;
}

/** Users of the account. HubSpot keeps deactivated ones, and its API does not tell which they are. */
export async function readAccounts(
  hubspot: HubspotApi,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const path = hubspot.paths.users;
  let users = 0;
  let superAdmins = 0;
  let isReadable = true;
  const read = await hubspot.list(path, {}, budget, (page) => {
    isReadable = page.every(({ superAdmin }) => typeof superAdmin === 'boolean');
    users += page.length;
    superAdmins += page.filter(({ superAdmin }) => superAdmin === true).length;
    return isReadable;
  });
  if (!read.ok) return read;
  if (!isReadable) {
    return fail('schema_changed', `${path} does not say who is a super admin`);
  }
  // Nobody but a user can have made the app: where none is listed, it is no fact that there is no super admin.
  if (users === 0) return fail('schema_changed', `${path} lists no user`);
  return succeed({
    activeUsers: unknown('not_supported', 'the API of HubSpot does not say who is deactivated'),
    privilegedUsers: known(superAdmins),
    secondFactorUsers: unknown('not_supported', 'the API of HubSpot lists no second factors'),
    lockedUsers: unknown('not_supported', 'the API of HubSpot does not say who is locked out'),
    inactiveUsers: unknown(
      'not_supported',
      'the API of HubSpot says neither who is deactivated nor when a user last logged in',
    ),
  });
}
