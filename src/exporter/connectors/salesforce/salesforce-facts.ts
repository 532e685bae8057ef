import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { JobFacts, LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, isRecord, memberOf } from '../web/shapes.ts';
import type { SalesforceApi } from './salesforce-api.ts';
import { readPermissions } from './salesforce-permissions.ts';

const LIMIT_NAME = /^[A-Za-z0-9_]{1,80}$/;
const MOST_LIMITS = 200;

/** Every limit that the organization has, named as Salesforce names it; one of 0 is what it has not bought. */
export async function readLimits(
  { api, root }: SalesforceApi,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const path = `${root}/limits`;
  const outcome = await api.get(path, budget);
  if (!outcome.ok) return outcome;
  const { document } = outcome.value;
  const limits = Object.entries(isRecord(document) ? document : {}).flatMap(limitOf);
  // Each organization has a daily number of requests.
  if (limits.length === 0) return fail('schema_changed', `GET ${path} names no limit`);
  return succeed(limits.slice(0, MOST_LIMITS));
}

function limitOf([name, value]: readonly [string, unknown]): readonly LimitFacts[] {
  const limit = memberOf(value, 'Max');
  const remaining = memberOf(value, 'Remaining');
  if (typeof limit !== 'number' || typeof remaining !== 'number') return [];
  return LIMIT_NAME.test(name) && limit > 0 ? [{ name, limit, remaining }] : [];
}

/** States of AsyncApexJob in which a job waits; Holding is the queue before the queue, for batches. */
const WAITING = ['Holding', 'Queued', 'Preparing'];
const DAY_MS = 86_400_000;

/**
 * Jobs in Apex by their state, in one query. Failed are those of the last 24 hours, because Salesforce keeps them for
 * longer; a batch ends as Completed although parts of it failed, even all, and is one of them then. Schedules wait in the same table for their time, and a batch has workers of its own: both are left out.
 * Source: developer.salesforce.com, Object Reference, AsyncApexJob.
 */
export async function readJobs(
  { system }: SalesforceApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const since = new Date(nowMs - DAY_MS).toISOString();
  const open = [...WAITING, 'Processing'].map((status) => `'${status}'`).join(', ');
  const ended = `CompletedDate >= ${since} OR (CompletedDate = null AND CreatedDate >= ${since})`;
  const failed = "Status = 'Failed' OR (Status = 'Completed' AND NumberOfErrors > 0)";
  const groups = await system.groups(
    'SELECT Status, COUNT(Id) n, MIN(CreatedDate) oldest FROM AsyncApexJob ' +
      "WHERE JobType != 'ScheduledApex' AND JobType != 'BatchApexWorker' " +
      `AND (Status IN (${open}) OR ((${failed}) AND (${ended}))) GROUP BY Status`,
    budget,
  );
  if (!groups.ok) return groups;
  const counts = { pending: 0, running: 0, failed: 0 };
  let oldestMs = nowMs;
  for (const group of groups.value) {
    const count = countAt(group, ['n'], 'AsyncApexJob');
    if (!count.ok) return count;
    const state = stateOf(group['Status']);
    if (state === undefined) return fail('schema_changed', 'AsyncApexJob has an unknown status');
    counts[state] += count.value;
    if (state !== 'pending') continue;
    const createdMs = toTimeMs(group['oldest']);
    if (createdMs === undefined) {
      return fail('schema_changed', 'AsyncApexJob has no time at CreatedDate');
    }
    oldestMs = Math.min(oldestMs, createdMs);
  }
  return succeed({
    byState: {
      pending: known(counts.pending),
      running: known(counts.running),
      failed: known(counts.failed),
    },
    oldestPendingAgeSeconds: known((nowMs - oldestMs) / 1000),
  });
}

function stateOf(status: unknown): 'pending' | 'running' | 'failed' | undefined {
  if (typeof status !== 'string') return undefined;
  if (WAITING.includes(status)) return 'pending';
  if (status === 'Processing') return 'running';
  return status === 'Failed' || status === 'Completed' ? 'failed' : undefined;
}

/** A time of Salesforce, such as 2026-01-05T09:00:00.000+0000, in milliseconds since the epoch; undefined when it is none. */
export function toTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+([+-]\d{4}|Z)$/.test(value)) {
    return undefined;
  }
  const timeMs = Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/**
 * Log-ins since a time whose status is another than Success. The status can be grouped by but not filtered (Object
 * Reference, LoginHistory). A user without permission sees its own log-ins and no error, hence the question before.
 */
export async function countFailedLogins(
  { system }: SalesforceApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const granted = await readPermissions(system, ['ManageUsers', 'MonitorLoginHistory'], budget);
  if (!granted.ok) return granted;
  if (granted.value.size === 0) {
    const detail = 'the user has neither Monitor Login History nor Manage Users';
    return succeed(unknown('not_permitted', detail));
  }
  const since = new Date(sinceMs).toISOString();
  const groups = await system.groups(
    `SELECT Status, COUNT(Id) n FROM LoginHistory WHERE LoginTime >= ${since} GROUP BY Status`,
    budget,
  );
  if (!groups.ok) return groups;
  let failed = 0;
  for (const group of groups.value) {
    const count = countAt(group, ['n'], 'LoginHistory');
    if (!count.ok) return count;
    const status = group['Status'];
    if (typeof status !== 'string') return fail('schema_changed', 'LoginHistory has no status');
    if (status !== 'Success') failed += count.value;
  }
  return succeed(known(failed));
}
