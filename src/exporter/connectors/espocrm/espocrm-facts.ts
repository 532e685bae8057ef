import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { fromUtcText, toUtcText } from '../web/utc-text.ts';
import type { Condition, EspocrmApi } from './espocrm-api.ts';
import { countFailedSchedules } from './espocrm-schedules.ts';
import { readSettings } from './espocrm-settings.ts';

/** Jobs that wait although they are due; those of the future are schedules. */
export async function readJobs(
  api: EspocrmApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const due = [
    { type: 'in', attribute: 'status', value: ['Pending', 'Ready'] },
    { type: 'lessThanOrEquals', attribute: 'executeTime', value: toUtcText(nowMs) },
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
  const failedSchedules = await countFailedSchedules(api, budget);
  if (!failedSchedules.ok) return failedSchedules;
  return succeed({
    byState: { pending: pending.value, running: running.value, failed: failed.value },
    oldestPendingAgeSeconds: known(oldest.value),
    failedSchedules: failedSchedules.value,
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
  const dueMs = fromUtcText(first[attribute]);
  if (dueMs === undefined) return fail('schema_changed', `/Job has no time at ${attribute}`);
  return succeed(ageSecondsOf(dueMs, nowMs));
}

const NO_LOCKS = unknown(
  'not_supported',
  'EspoCRM locks no user: after failed log-ins it refuses addresses, and slows down names',
);
const NO_MEMORY = unknown('not_supported', 'EspoCRM forgets log-ins before 90 days are over');

/** People who can log in; users of portals and of the API are others. */
export async function readAccounts(
  api: EspocrmApi,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const ofTypes = (
    types: readonly string[],
    ...more: readonly Condition[]
  ): Promise<Outcome<Knowable<number>>> =>
    api.count(
      'User',
      [
        { type: 'isTrue', attribute: 'isActive' },
        { type: 'in', attribute: 'type', value: types },
        ...more,
      ],
      budget,
    );
  const people = ['regular', 'admin', 'super-admin'];
  const activeUsers = await ofTypes(people);
  if (!activeUsers.ok) return activeUsers;
  const privilegedUsers = await ofTypes(['admin', 'super-admin']);
  if (!privilegedUsers.ok) return privilegedUsers;
  const settings = await readSettings(api, budget);
  if (!settings.ok) return settings;
  // Where the system does not ask for them, nobody has one, whatever was set up for each (Authentication::processTwoFactor).
  const secondFactorUsers = settings.value.asksForSecondFactors
    ? await ofTypes(people, { type: 'isTrue', attribute: 'auth2FA' })
    : succeed<Knowable<number>>(known(0));
  if (!secondFactorUsers.ok) return secondFactorUsers;
  return succeed({
    activeUsers: activeUsers.value,
    privilegedUsers: privilegedUsers.value,
    secondFactorUsers: secondFactorUsers.value,
    lockedUsers: NO_LOCKS,
    inactiveUsers: NO_MEMORY,
  });
}
