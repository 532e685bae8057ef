import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { memberOf } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { toUtcText } from '../web/utc-text.ts';
import type { Condition, SuitecrmApi } from './suitecrm-api.ts';
import { toIsoTime } from './suitecrm-times.ts';

export const JOBS = 'SchedulersJobs';
export const FAILED_JOBS: readonly Condition[] = [
  { field: 'status', operator: 'eq', value: 'done' },
  { field: 'resolution', operator: 'eq', value: 'failure' },
];

/** SuiteCRM brings about fifteen. */
const MOST_SCHEDULES = 100;
/** SuiteCRM loads every record of a page one by one. */
const PAGE_SIZE = 50;

type Schedule = {
  readonly id: string;
  /** When it last succeeded, in milliseconds since the epoch; 0 when it never did. */
  readonly succeededAtMs: number;
};
type Failure = { readonly schedule: string; readonly atMs: number };

/**
 * Active schedules of which a run failed after the last one that succeeded: `last_run` is the time of that one
 * (SchedulersJob::updateSchedulerSuccess). Neither module knows access control. Two calls, and one more for each schedule
 * that the newest failures do not decide on.
 */
export async function countFailedSchedules(
  api: SuitecrmApi,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const schedules = await listSchedules(api, budget);
  if (!schedules.ok) return schedules;
  if (schedules.value.length >= MOST_SCHEDULES) {
    return succeed(unknown('too_large', `there are ${MOST_SCHEDULES} schedules or more`));
  }
  const failures = await listFailures(api, budget);
  if (!failures.ok) return failures;
  const oldestMs = Math.min(...failures.value.map(({ atMs }) => atMs));
  const isWhole = failures.value.length < PAGE_SIZE;
  let failed = 0;
  for (const { id, succeededAtMs } of schedules.value) {
    if (failures.value.some(({ schedule, atMs }) => schedule === id && atMs > succeededAtMs)) {
      failed += 1;
      continue;
    }
    if (isWhole || succeededAtMs >= oldestMs) continue;
    const older = await countFailures(api, { id, succeededAtMs }, budget);
    if (!older.ok) return older;
    if (older.value > 0) failed += 1;
  }
  return succeed(known(failed));
}

async function listSchedules(
  api: SuitecrmApi,
  budget: Budget,
): Promise<Outcome<readonly Schedule[]>> {
  const isActive: Condition = { field: 'status', operator: 'eq', value: 'Active' };
  const found = await api.list(
    { module: 'Schedulers', where: [isActive], fields: ['last_run'], size: MOST_SCHEDULES },
    budget,
  );
  if (!found.ok) return found;
  const schedules: Schedule[] = [];
  for (const record of found.value) {
    const lastRun = memberOf(record, 'attributes', 'last_run');
    const succeededAtMs = lastRun === '' || lastRun === null ? 0 : timeAt(record, 'last_run');
    const id = memberOf(record, 'id');
    if (succeededAtMs === undefined || typeof id !== 'string') {
      return fail('schema_changed', 'Schedulers has no time at last_run');
    }
    schedules.push({ id, succeededAtMs });
  }
  return succeed(schedules);
}

/** The newest first; jobs of no schedule are among them. */
async function listFailures(
  api: SuitecrmApi,
  budget: Budget,
): Promise<Outcome<readonly Failure[]>> {
  const found = await api.list(
    {
      module: JOBS,
      where: FAILED_JOBS,
      fields: ['scheduler_id', 'date_modified'],
      size: PAGE_SIZE,
      sort: '-date_modified',
    },
    budget,
  );
  if (!found.ok) return found;
  const failures: Failure[] = [];
  for (const record of found.value) {
    const schedule = memberOf(record, 'attributes', 'scheduler_id') ?? '';
    const atMs = timeAt(record, 'date_modified');
    if (typeof schedule !== 'string' || atMs === undefined) {
      return fail('schema_changed', `${JOBS} does not say what failed, and when`);
    }
    failures.push({ schedule, atMs });
  }
  return succeed(failures);
}

function countFailures(
  api: SuitecrmApi,
  { id, succeededAtMs }: Schedule,
  budget: Budget,
): Promise<Outcome<number>> {
  const after = toUtcText(succeededAtMs);
  const where: readonly Condition[] = [
    ...FAILED_JOBS,
    { field: 'scheduler_id', operator: 'eq', value: id },
    { field: 'date_modified', operator: 'gt', value: after },
  ];
  return api.count(JOBS, where, budget);
}

function timeAt(record: JsonRecord, field: string): number | undefined {
  const text = toIsoTime(memberOf(record, 'attributes', field));
  return text === undefined ? undefined : Date.parse(text);
}
