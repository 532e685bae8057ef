import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { EspocrmApi } from './espocrm-api.ts';

/** EspoCRM writes and takes times in UTC without a zone. */
export function toEspocrmTime(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** A time of EspoCRM in milliseconds since the epoch; undefined when it is none. */
export function toTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/.test(value)) {
    return undefined;
  }
  return Date.parse(`${value.replace(' ', 'T')}Z`);
}

/** Jobs that wait although they are due; those of the future are schedules. */
export async function readJobs(
  api: EspocrmApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const due = [
    { type: 'in', attribute: 'status', value: ['Pending', 'Ready'] },
    { type: 'lessThanOrEquals', attribute: 'executeTime', value: toEspocrmTime(nowMs) },
  ];
  const pending = await api.count('Job', due, budget);
  if (!pending.ok) return pending;
  const byStatus = (status: string): Promise<Outcome<Knowable<number>>> =>
    api.count('Job', [{ type: 'equals', attribute: 'status', value: status }], budget);
  const running = await byStatus('Running');
  if (!running.ok) return running;
  const failed = await byStatus('Failed');
  if (!failed.ok) return failed;
  const oldest = await readOldest(api, { where: due, nowMs }, budget);
  if (!oldest.ok) return oldest;
  return succeed({
    byState: { pending: pending.value, running: running.value, failed: failed.value },
    oldestPendingAgeSeconds: known(oldest.value),
  });
}

async function readOldest(
  api: EspocrmApi,
  { where, nowMs }: { readonly where: Parameters<EspocrmApi['count']>[1]; readonly nowMs: number },
  budget: Budget,
): Promise<Outcome<number>> {
  const attribute = 'executeTime';
  const search = { entity: 'Job', where, attributes: [attribute], orderBy: attribute, size: 1 };
  const found = await api.list(search, budget);
  if (!found.ok) return found;
  const [first] = found.value;
  if (first === undefined) return succeed(0);
  const dueMs = toTimeMs(first[attribute]);
  if (dueMs === undefined) return fail('schema_changed', `/Job has no time at ${attribute}`);
  return succeed(Math.max(0, (nowMs - dueMs) / 1000));
}

/**
 * Log-ins that were denied, for whatever reason. Each request of an administrator is a log-in of its own, which is recorded
 * before it is answered (application/Espo/Core/Authentication/Authentication.php); where not even those are, there is no log.
 */
export async function countFailedLogins(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const value = toEspocrmTime(sinceMs);
  const since = { type: 'greaterThanOrEquals', attribute: 'createdAt', value };
  const isDenied = { type: 'isTrue', attribute: 'isDenied' };
  const denied = await api.count('AuthLogRecord', [isDenied, since], budget);
  if (!denied.ok || !denied.value.known || denied.value.value > 0) return denied;
  const all = await api.count('AuthLogRecord', [since], budget);
  if (!all.ok) return all;
  return all.value.known && all.value.value === 0 ? succeed(NO_LOG) : denied;
}

const NO_LOG = unknown(
  'not_configured',
  'EspoCRM recorded no log-in at all, not even that of this request: authLogDisabled is set, or its clock is behind',
);

/** People who can log in; users of portals and of the API are others. */
export async function readAccounts(
  api: EspocrmApi,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const ofTypes = (...types: readonly string[]): Promise<Outcome<Knowable<number>>> =>
    api.count(
      'User',
      [
        { type: 'isTrue', attribute: 'isActive' },
        { type: 'in', attribute: 'type', value: types },
      ],
      budget,
    );
  const activeUsers = await ofTypes('regular', 'admin', 'super-admin');
  if (!activeUsers.ok) return activeUsers;
  const privilegedUsers = await ofTypes('admin', 'super-admin');
  if (!privilegedUsers.ok) return privilegedUsers;
  return succeed({
    activeUsers: activeUsers.value,
    privilegedUsers: privilegedUsers.value,
    secondFactorUsers: unknown('not_supported', 'the API of EspoCRM lists no second factors'),
  });
}
