import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, JobFacts, LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Filter, FrappeApi } from './frappe-api.ts';
import { toFrappeTime } from './frappe-times.ts';

const DAY_MS = 86_400_000;

/** Background jobs of the site (frappe/core/doctype/rq_job/rq_job.py), and scheduled ones that failed within a day. */
export async function readJobs(
  api: FrappeApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const byStatus = (status: string): Promise<Outcome<number>> =>
    api.count('RQ Job', [['RQ Job', 'status', '=', status]], budget);
  const pending = await byStatus('queued');
  if (!pending.ok) return pending;
  const running = await byStatus('started');
  if (!running.ok) return running;
  const log = 'Scheduled Job Log';
  const since = toFrappeTime(nowMs - DAY_MS, zone.value);
  const failures: readonly Filter[] = [
    [log, 'status', '=', 'Failed'],
    [log, 'creation', '>=', since],
  ];
  const failed = await api.count(log, failures, budget);
  if (!failed.ok) return failed;
  return succeed({
    byState: {
      pending: known(pending.value),
      running: known(running.value),
      failed: known(failed.value),
    },
    oldestPendingAgeSeconds:
      pending.value === 0
        ? known(0)
        : unknown('not_supported', 'Frappe does not give queued jobs in the order of their age'),
  });
}

/** Log-ins that failed (`LoginManager.fail` in frappe/auth.py writes one entry for each). */
export async function countFailedLogins(
  api: FrappeApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const log = 'Activity Log';
  const filters: readonly Filter[] = [
    [log, 'operation', '=', 'Login'],
    [log, 'status', '=', 'Failed'],
    [log, 'creation', '>=', toFrappeTime(sinceMs, zone.value)],
  ];
  const count = await api.count(log, filters, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

/** Users who may use the desk; those of the website are others. */
const SYSTEM_USERS: readonly Filter[] = [
  ['User', 'enabled', '=', 1],
  ['User', 'user_type', '=', 'System User'],
];

export async function readAccounts(api: FrappeApi, budget: Budget): Promise<Outcome<AccountFacts>> {
  const active = await api.count('User', SYSTEM_USERS, budget);
  if (!active.ok) return active;
  // Roles are rows of a table inside the user.
  const privileged = await api.count(
    'User',
    [...SYSTEM_USERS, ['Has Role', 'role', '=', 'System Manager']],
    budget,
  );
  if (!privileged.ok) return privileged;
  return succeed({
    activeUsers: known(active.value),
    privilegedUsers: known(privileged.value),
    secondFactorUsers: unknown('not_supported', 'Frappe does not list who has a second factor'),
  });
}

/** Time of the server in a window, which is all that Frappe rations, and only where it is configured (frappe/rate_limiter.py). */
export async function readLimits(
  api: FrappeApi,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const outcome = await api.api.get(LOGGED_USER_PATH, budget);
  if (!outcome.ok) return outcome;
  const { headers } = outcome.value.answer;
  const texts = [headers['x-ratelimit-limit'], headers['x-ratelimit-remaining']];
  if (texts.every((text) => text === undefined)) return succeed([]);
  const [limit, remaining] = texts.map((text) => (/^\d+$/.test(text ?? '') ? Number(text) : -1));
  if (limit === undefined || remaining === undefined || limit <= 0 || remaining < 0) {
    return fail('schema_changed', 'the headers X-RateLimit-* hold no numbers');
  }
  return succeed([{ name: 'server_microseconds', limit, remaining }]);
}

export const LOGGED_USER_PATH = '/api/method/frappe.auth.get_logged_user';
