import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import type { FrappeApi } from './frappe-api.ts';
import { newestOfEach } from './frappe-newest.ts';

const LOG = 'Scheduled Job Log';
const TYPE = 'scheduled_job_type';
const MOST_STOPPED = 500;

/**
 * Scheduled jobs that failed and have not run well since (`ScheduledJobType` in frappe/core/doctype writes a log for
 * each run of all but those that run all the time). Frappe stops none by itself, so a stopped one was given up.
 */
export async function countFailedSchedules(
  api: FrappeApi,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const failed = await newestOfEach(
    api,
    { doctype: LOG, field: TYPE, filters: [[LOG, 'status', '=', 'Failed']] },
    budget,
  );
  if (!failed.ok) return failed;
  if (!failed.value.known) return succeed(failed.value);
  if (failed.value.value.size === 0) return succeed(known(0));
  const type = 'Scheduled Job Type';
  const stopped = await api.list(
    { doctype: type, filters: [[type, 'stopped', '=', 1]], fields: [], size: MOST_STOPPED },
    budget,
  );
  if (!stopped.ok) return stopped;
  if (stopped.value.length === MOST_STOPPED) {
    return succeed(unknown('too_large', `${MOST_STOPPED} scheduled jobs or more are stopped`));
  }
  const given = new Set(stopped.value.map(({ name }) => name));
  let count = 0;
  for (const [job, failedAt] of failed.value.value) {
    if (given.has(job)) continue;
    const later = await api.count(
      LOG,
      [
        [LOG, TYPE, '=', job],
        [LOG, 'status', '=', 'Complete'],
        [LOG, 'creation', '>', failedAt],
      ],
      budget,
    );
    if (!later.ok) return later;
    if (later.value === 0) count++;
  }
  return succeed(known(count));
}
