import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt } from '../web/shapes.ts';
import type { DataverseApi } from './dataverse-api.ts';
import { ROWS, countRows, orNotPermitted } from './dataverse-counts.ts';
import { fetchXml, toFetchTime } from './fetch-xml.ts';
import type { Xml } from './fetch-xml.ts';

const DAY_MS = 86_400_000;
/** What Dataverse gives at once without being asked for pages (fetchxml/page-results.md). */
const PAGE_SIZE = 5000;

const JOBS = { entity: 'asyncoperation', set: 'asyncoperations' };
/** Values of statuscode (reference/entities/asyncoperation.md). */
const WAITING_FOR_RESOURCES = 0;
const WAITING = 10;
const RUNNING = [20, 21, 22];
const FAILED = '31';

/**
 * Jobs that wait although they are due: those for resources, and postponed ones whose time has come. Recurring jobs and
 * workflows that wait for their next time or for an event are schedules.
 */
function dueOf(nowMs: number): { readonly fresh: Xml; readonly postponed: Xml } {
  return {
    fresh: fetchXml.filter('and', [
      fetchXml.isIn('statuscode', [WAITING_FOR_RESOURCES]),
      fetchXml.condition('postponeuntil', 'null'),
    ]),
    postponed: fetchXml.filter('and', [
      fetchXml.isIn('statuscode', [WAITING_FOR_RESOURCES, WAITING]),
      fetchXml.condition('postponeuntil', 'le', toFetchTime(nowMs)),
    ]),
  };
}

export async function readJobs(
  api: DataverseApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const states = await countStates(api, nowMs, budget);
  if (!states.ok) return states;
  const conditions = [
    fetchXml.condition('statuscode', 'eq', FAILED),
    fetchXml.condition('completedon', 'ge', toFetchTime(nowMs - DAY_MS)),
  ];
  const failed = await countRows(api, JOBS, { conditions }, budget);
  if (!failed.ok) return failed;
  const { pending, running } = states.value;
  const isIdle = pending.known && pending.value === 0;
  const oldest = isIdle ? succeed(0) : await readOldestAge(api, nowMs, budget);
  if (!oldest.ok) return oldest;
  return succeed({
    byState: { pending, running, failed: failed.value },
    oldestPendingAgeSeconds: known(oldest.value),
    failedSchedules: NO_LAST_RUN,
  });
}

/** asynchronous-service.md says how often jobs recur, and nothing of how one stands whose last run failed. */
const NO_LAST_RUN = unknown(
  'not_supported',
  'Dataverse does not tell how the last run of a recurring job ended',
);

type States = { readonly pending: Knowable<number>; readonly running: Knowable<number> };

async function countStates(
  api: DataverseApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<States>> {
  const { fresh, postponed } = dueOf(nowMs);
  const xml = fetchXml.aggregate(JOBS.entity, [
    fetchXml.count('count', 'asyncoperationid', ROWS),
    fetchXml.group('statuscode', 'status'),
    fetchXml.filter('or', [fresh, postponed, fetchXml.isIn('statuscode', RUNNING)]),
  ]);
  const groups = await api.query(JOBS.set, xml, budget);
  if (!groups.ok) {
    if (groups.failure.reason !== 'too_large') return groups;
    const tooMany = unknown('too_large', 'more jobs wait or run than Dataverse counts');
    return succeed({ pending: tooMany, running: tooMany });
  }
  let pending = 0;
  let running = 0;
  for (const group of groups.value) {
    const status = countAt(group, ['status'], `/${JOBS.set}`);
    if (!status.ok) return status;
    const count = countAt(group, [ROWS], `/${JOBS.set}`);
    if (!count.ok) return count;
    if (RUNNING.includes(status.value)) running += count.value;
    else pending += count.value;
  }
  return succeed({ pending: known(pending), running: known(running) });
}

/** Seconds since the first of those that are due was made, or was to be continued; 0 when there is none. */
async function readOldestAge(
  api: DataverseApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<number>> {
  const { fresh, postponed } = dueOf(nowMs);
  let oldestMs = nowMs;
  for (const [column, filter] of [
    ['createdon', fresh],
    ['postponeuntil', postponed],
  ] as const) {
    const parts = [fetchXml.attribute(column), fetchXml.rising(column), filter];
    const found = await api.query(JOBS.set, fetchXml.top(JOBS.entity, 1, parts), budget);
    if (!found.ok) return found;
    const [first] = found.value;
    if (first === undefined) continue;
    const atMs = Date.parse(String(first[column]));
    if (Number.isNaN(atMs)) return fail('schema_changed', `/${JOBS.set} has no time at ${column}`);
    oldestMs = Math.min(oldestMs, atMs);
  }
  return succeed(ageSecondsOf(oldestMs, nowMs));
}

const USERS = { entity: 'systemuser', set: 'systemusers' };
/** Values of accessmode by which people work: read-write, administrative, read. */
const ACCESS_OF_PEOPLE = [0, 1, 2];
/** The template of the System Administrator role, which is the same in all environments. */
const ADMINISTRATOR_TEMPLATE = '627090ff-40a3-4053-8790-584edc5be201';

const PEOPLE: readonly Xml[] = [
  fetchXml.condition('isdisabled', 'eq', '0'),
  fetchXml.isIn('accessmode', ACCESS_OF_PEOPLE),
  fetchXml.condition('applicationid', 'null'),
];

/** People who can log in; application users, support and delegated administrators of partners are others. */
export async function readAccounts(
  api: DataverseApi,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const active = await countRows(api, USERS, { conditions: PEOPLE }, budget);
  if (!active.ok) return active;
  const privilegedUsers = orNotPermitted(
    await countAdministrators(api, budget),
    'prvReadRole or prvReadTeam',
  );
  if (!privilegedUsers.ok) return privilegedUsers;
  return succeed({
    activeUsers: active.value,
    privilegedUsers: privilegedUsers.value,
    secondFactorUsers: unknown('not_supported', 'second factors are a matter of Microsoft Entra'),
  });
}

/** Those who have the role themselves or as members of a team, each once. */
async function countAdministrators(
  api: DataverseApi,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const role = fetchXml.link('role', 'roleid', [
    fetchXml.filter('and', [fetchXml.condition('roletemplateid', 'eq', ADMINISTRATOR_TEMPLATE)]),
  ]);
  const own = fetchXml.link('systemuserroles', 'systemuserid', [role]);
  const byTeam = fetchXml.link('teammembership', 'systemuserid', [
    fetchXml.link('team', 'teamid', [fetchXml.link('teamroles', 'teamid', [role])]),
  ]);
  const administrators = new Set<unknown>();
  for (const link of [own, byTeam]) {
    const xml = fetchXml.distinct(USERS.entity, [
      fetchXml.attribute('systemuserid'),
      fetchXml.filter('and', PEOPLE),
      link,
    ]);
    const users = await api.query(USERS.set, xml, budget);
    if (!users.ok) return users;
    if (users.value.length >= PAGE_SIZE) {
      return succeed(unknown('too_large', `${PAGE_SIZE} administrators or more`));
    }
    for (const { systemuserid: id } of users.value) {
      if (typeof id !== 'string') return fail('schema_changed', '/systemusers has no systemuserid');
      administrators.add(id);
    }
  }
  return succeed(known(administrators.size));
}
