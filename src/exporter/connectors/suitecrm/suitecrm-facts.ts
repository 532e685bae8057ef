import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { memberOf } from '../web/shapes.ts';
import { unknownAccounts } from '../web/unknown-facts.ts';
import { toUtcText } from '../web/utc-text.ts';
import type { Condition, SuitecrmApi } from './suitecrm-api.ts';
import type { SuitecrmVersion } from './suitecrm-options.ts';
import { FAILED_JOBS, JOBS, countFailedSchedules } from './suitecrm-schedules.ts';
import { toIsoTime } from './suitecrm-times.ts';

const DUE_AT = 'execute_time';

/**
 * Jobs that wait although they are due; those of the future are schedules (SugarJobQueue::nextJob, and the words of
 * SchedulersJob). The module knows no access control, so that any client of the API sees all of them.
 */
export async function readJobs(
  api: SuitecrmApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const due: readonly Condition[] = [
    { field: 'status', operator: 'eq', value: 'queued' },
    { field: DUE_AT, operator: 'lte', value: toUtcText(nowMs) },
  ];
  const pending = await api.count(JOBS, due, budget);
  if (!pending.ok) return pending;
  const running = await api.count(
    JOBS,
    [{ field: 'status', operator: 'eq', value: 'running' }],
    budget,
  );
  if (!running.ok) return running;
  const failed = await api.count(JOBS, FAILED_JOBS, budget);
  if (!failed.ok) return failed;
  const oldest = await readOldest(api, { due, nowMs }, budget);
  if (!oldest.ok) return oldest;
  const failedSchedules =
    failed.value === 0
      ? succeed<Knowable<number>>(known(0))
      : await countFailedSchedules(api, budget);
  if (!failedSchedules.ok) return failedSchedules;
  return succeed({
    byState: {
      pending: known(pending.value),
      running: known(running.value),
      failed: known(failed.value),
    },
    oldestPendingAgeSeconds: known(oldest.value),
    failedSchedules: failedSchedules.value,
  });
}

async function readOldest(
  api: SuitecrmApi,
  { due, nowMs }: { readonly due: readonly Condition[]; readonly nowMs: number },
  budget: Budget,
): Promise<Outcome<number>> {
  const found = await api.list(
    { module: JOBS, where: due, fields: [DUE_AT], size: 1, sort: DUE_AT },
    budget,
  );
  if (!found.ok) return found;
  const [first] = found.value;
  if (first === undefined) return succeed(0);
  const dueAt = toIsoTime(memberOf(first, 'attributes', DUE_AT));
  if (dueAt === undefined) return fail('schema_changed', `${JOBS} has no time at ${DUE_AT}`);
  return succeed(ageSecondsOf(Date.parse(dueAt), nowMs));
}

/** Who may log in (User::isEnabled). */
const ENABLED: readonly Condition[] = [
  { field: 'status', operator: 'eq', value: 'Active' },
  { field: 'employee_status', operator: 'eq', value: 'Active' },
];

/** SuiteCRM 7 sends a code by mail to who has chosen so; 8 has one-time passwords (modules/Users/vardefs.php of each). */
const SECOND_FACTOR: Readonly<Record<SuitecrmVersion, string>> = {
  7: 'factor_auth',
  8: 'is_totp_enabled',
};

const ELSEWHERE = unknown(
  'not_supported',
  'the API of SuiteCRM shows neither who is locked out nor when a user last logged in',
);

/** People who can log in; groups and users of portals are none. */
export async function readAccounts(
  api: SuitecrmApi,
  version: SuitecrmVersion,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const enabled = await api.countVisible('Users', ENABLED, budget);
  if (!enabled.ok) return enabled;
  if (!enabled.value.known) {
    const { value } = enabled;
    return succeed(unknownAccounts(value));
  }
  const which = (field: string): Promise<Outcome<number>> =>
    api.count('Users', [...ENABLED, { field, operator: 'eq', value: '1' }], budget);
  // Flags may be null in old databases, so those that are set are taken away rather than those counted that are not.
  let people = enabled.value.value;
  for (const flag of ['is_group', 'portal_only']) {
    const others = await which(flag);
    if (!others.ok) return others;
    people -= others.value;
  }
  const administrators = await which('is_admin');
  if (!administrators.ok) return administrators;
  const secondFactor = await countSecondFactors(() => which(SECOND_FACTOR[version]));
  if (!secondFactor.ok) return secondFactor;
  return succeed({
    activeUsers: known(Math.max(0, people)),
    privilegedUsers: known(administrators.value),
    secondFactorUsers: secondFactor.value,
    lockedUsers: ELSEWHERE,
    inactiveUsers: ELSEWHERE,
  });
}

async function countSecondFactors(
  ask: () => Promise<Outcome<number>>,
): Promise<Outcome<Knowable<number>>> {
  const found = await ask();
  if (found.ok) return succeed(known(found.value));
  // A filter by a field that is not there is refused; the earlier ones were not.
  return found.failure.reason === 'schema_changed'
    ? succeed(unknown('not_supported', 'this version of SuiteCRM has no field for second factors'))
    : found;
}
