import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { JobFacts, LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Filter, FrappeApi } from './frappe-api.ts';
import { countFailedSchedules } from './frappe-schedules.ts';
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
  const queue = await countQueue(api, budget);
  if (!queue.ok) return queue;
  const { pending, running } = queue.value;
  const log = 'Scheduled Job Log';
  const since = toFrappeTime(nowMs - DAY_MS, zone.value);
  const failures: readonly Filter[] = [
    [log, 'status', '=', 'Failed'],
    [log, 'creation', '>=', since],
  ];
  const failed = await api.count(log, failures, budget);
  if (!failed.ok) return failed;
  const failedSchedules = await countFailedSchedules(api, budget);
  if (!failedSchedules.ok) return failedSchedules;
  return succeed({
    byState: { pending, running, failed: known(failed.value) },
    oldestPendingAgeSeconds: oldestAge(pending),
    failedSchedules: failedSchedules.value,
  });
}

type Queue = { readonly pending: Knowable<number>; readonly running: Knowable<number> };

/**
 * Frappe 14 answers 0 whatever it is asked of its queue (`get_count` of rq_job.py). Jobs that have run are kept for
 * minutes and failed ones for days, so where nothing at all is counted, nothing is known.
 */
async function countQueue(api: FrappeApi, budget: Budget): Promise<Outcome<Queue>> {
  const byStatus = (status: string): Promise<Outcome<number>> =>
    api.count('RQ Job', [['RQ Job', 'status', '=', status]], budget);
  const pending = await byStatus('queued');
  if (!pending.ok) return pending;
  const running = await byStatus('started');
  if (!running.ok) return running;
  if (pending.value + running.value > 0) {
    return succeed({ pending: known(pending.value), running: known(running.value) });
  }
  const any = await api.count('RQ Job', [], budget);
  if (!any.ok) return any;
  return succeed(
    any.value > 0 ? { pending: known(0), running: known(0) } : { pending: NONE, running: NONE },
  );
}

const NONE = unknown(
  'undetermined',
  'no job is counted in any state, as Frappe 14 answers whatever there is',
);

function oldestAge(pending: Knowable<number>): Knowable<number> {
  if (!pending.known || pending.value === 0) return pending;
  return unknown('not_supported', 'Frappe does not give queued jobs in the order of their age');
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
