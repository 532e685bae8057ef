import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { fromUtcText } from '../web/utc-text.ts';
import type { EspocrmApi } from './espocrm-api.ts';

/** Their times go into one query; EspoCRM brings about twenty. */
const MOST_SCHEDULES = 100;
/** EspoCRM refuses more with 403. */
const PAGE_SIZE = 200;

/**
 * Active scheduled jobs whose last run failed. A run is logged with the very time that its schedule has as lastRun then
 * (application/Espo/Core/Job/ScheduleUtil.php), so two calls tell. EspoCRM switches none off because it failed.
 */
export async function countFailedSchedules(
  api: EspocrmApi,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const schedules = await api.list(
    {
      entity: 'ScheduledJob',
      where: [{ type: 'equals', attribute: 'status', value: 'Active' }],
      attributes: ['lastRun'],
      orderBy: 'name',
      size: MOST_SCHEDULES,
    },
    budget,
  );
  if (!schedules.ok) return schedules;
  if (schedules.value.length >= MOST_SCHEDULES) {
    return succeed(unknown('too_large', `there are ${MOST_SCHEDULES} schedules or more`));
  }
  const runs = runsOf(schedules.value);
  if (!runs.ok) return runs;
  const times = [...new Set(runs.value.values())];
  if (times.length === 0) return succeed(known(0));
  const failures = await api.list(
    {
      entity: 'ScheduledJobLogRecord',
      where: [
        { type: 'equals', attribute: 'status', value: 'Failed' },
        { type: 'in', attribute: 'executionTime', value: times },
      ],
      attributes: ['scheduledJobId', 'executionTime'],
      orderBy: 'executionTime',
      size: PAGE_SIZE,
    },
    budget,
  );
  if (!failures.ok) return failures;
  return failures.value.length >= PAGE_SIZE
    ? succeed(
        unknown('too_large', `${PAGE_SIZE} runs or more failed at the times of the last ones`),
      )
    : countMatches(runs.value, failures.value);
}

/** The last run of each schedule that ever ran, by its identifier. */
function runsOf(schedules: readonly JsonRecord[]): Outcome<ReadonlyMap<string, string>> {
  const runs = new Map<string, string>();
  for (const { id, lastRun } of schedules) {
    // What never ran has null there.
    if (lastRun === null) continue;
    if (
      typeof id !== 'string' ||
      typeof lastRun !== 'string' ||
      fromUtcText(lastRun) === undefined
    ) {
      return fail('schema_changed', '/ScheduledJob has no time at lastRun');
    }
    runs.set(id, lastRun);
  }
  return succeed(runs);
}

function countMatches(
  runs: ReadonlyMap<string, string>,
  failures: readonly JsonRecord[],
): Outcome<Knowable<number>> {
  const failed = new Set<string>();
  for (const { scheduledJobId, executionTime } of failures) {
    if (typeof scheduledJobId !== 'string' || typeof executionTime !== 'string') {
      return fail('schema_changed', '/ScheduledJobLogRecord does not say what ran, and when');
    }
    if (runs.get(scheduledJobId) === executionTime) failed.add(scheduledJobId);
  }
  return succeed(known(failed.size));
}
