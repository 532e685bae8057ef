import type { Outcome } from '../../../http/http.ts';
import { known } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { JobFacts, LimitFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, isRecord, memberOf } from '../web/shapes.ts';
import type { SalesforceApi, Soql } from './salesforce-api.ts';
import { orNotPermitted, toTimeMs } from './salesforce-values.ts';

const LIMIT_NAME = /^[A-Za-z0-9_]{1,80}$/;
const MOST_LIMITS = 200;

/**
 * Every limit that the organization has, named as Salesforce names it, and its licenses of users, as UserLicense_ with the
 * name of their definition; one of 0 is what it has not bought. Licenses that may not be seen are left out like limits.
 */
export async function readLimits(
  { api, root, system }: SalesforceApi,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const path = `${root}/limits`;
  const outcome = await api.get(path, budget);
  if (!outcome.ok) return outcome;
  const { document } = outcome.value;
  const limits = Object.entries(isRecord(document) ? document : {}).flatMap(limitOf);
  // Each organization has a daily number of requests.
  if (limits.length === 0) return fail('schema_changed', `GET ${path} names no limit`);
  const licenses = await readLicenses(system, budget);
  if (!licenses.ok) return licenses;
  return succeed([...limits, ...licenses.value].slice(0, MOST_LIMITS));
}

/** Those of a user each; what is bought besides, for permission sets and packages, can be hundreds of kinds. */
async function readLicenses(system: Soql, budget: Budget): Promise<Outcome<readonly LimitFacts[]>> {
  const answer = await system.query(
    'SELECT LicenseDefinitionKey, TotalLicenses, UsedLicenses FROM UserLicense ' +
      "WHERE Status = 'Active'",
    budget,
  );
  if (!answer.ok) return answer.failure.reason === 'authorization' ? succeed([]) : answer;
  const byName = new Map<string, { readonly limit: number; readonly used: number }>();
  for (const record of answer.value.records) {
    const key = record['LicenseDefinitionKey'];
    const total = record['TotalLicenses'];
    const used = countAt(record, ['UsedLicenses'], 'UserLicense');
    if (!used.ok) return used;
    if (typeof key !== 'string' || typeof total !== 'number') {
      return fail('schema_changed', 'UserLicense does not say how many there are of what');
    }
    const name = `UserLicense_${key.replaceAll(/\W/g, '_')}`;
    // What is not limited has a negative number.
    if (total <= 0 || !LIMIT_NAME.test(name)) continue;
    const before = byName.get(name) ?? { limit: 0, used: 0 };
    byName.set(name, { limit: before.limit + total, used: before.used + used.value });
  }
  return succeed(
    [...byName].map(([name, { limit, used }]) => ({
      name,
      limit,
      remaining: Math.max(0, limit - used),
    })),
  );
}

function limitOf([name, value]: readonly [string, unknown]): readonly LimitFacts[] {
  const limit = memberOf(value, 'Max');
  const remaining = memberOf(value, 'Remaining');
  if (typeof limit !== 'number' || typeof remaining !== 'number') return [];
  // More than all of it can be used, such as of storage; nothing is left then.
  return LIMIT_NAME.test(name) && limit > 0
    ? [{ name, limit, remaining: Math.max(0, remaining) }]
    : [];
}

/** States of AsyncApexJob in which a job waits; Holding is the queue before the queue, for batches. */
const WAITING = ['Holding', 'Queued', 'Preparing'];
const DAY_MS = 86_400_000;

/**
 * Jobs in Apex by their state, in one query. Failed are those of the last 24 hours, because Salesforce keeps them for
 * longer; a batch ends as Completed although parts of it failed, even all, and is one of them then. Schedules wait in the
 * same table for their time, so that they count only when they have failed; the workers of a batch are left out.
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
      "WHERE JobType != 'BatchApexWorker' " +
      `AND ((JobType != 'ScheduledApex' AND Status IN (${open})) OR ((${failed}) AND (${ended}))) ` +
      'GROUP BY Status',
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
  const failedSchedules = await countFailedSchedules(system, budget);
  if (!failedSchedules.ok) return failedSchedules;
  return succeed({
    byState: {
      pending: known(counts.pending),
      running: known(counts.running),
      failed: known(counts.failed),
    },
    oldestPendingAgeSeconds: known(ageSecondsOf(oldestMs, nowMs)),
    failedSchedules: failedSchedules.value,
  });
}

/**
 * Schedules of any kind that Salesforce no longer starts, because their definition has an error. Those that are blocked wait
 * for their own last run, and those that are paused for the end of a release (Object Reference, CronTrigger).
 */
async function countFailedSchedules(
  system: Soql,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const count = await system.count("FROM CronTrigger WHERE State = 'ERROR'", budget);
  return orNotPermitted(count, 'the user may not see the schedules');
}

function stateOf(status: unknown): 'pending' | 'running' | 'failed' | undefined {
  if (typeof status !== 'string') return undefined;
  if (WAITING.includes(status)) return 'pending';
  if (status === 'Processing') return 'running';
  return status === 'Failed' || status === 'Completed' ? 'failed' : undefined;
}
