import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { INACTIVE_AFTER_MS } from '../web/inactive.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { walkPages } from '../web/scan-pages.ts';
import { countAt } from '../web/shapes.ts';
import type { SalesforceApi } from './salesforce-api.ts';
import { isIdentifier, openPages } from './salesforce-pages.ts';
import { readPermissions } from './salesforce-permissions.ts';
import { orNotPermitted } from './salesforce-values.ts';

/** What is registered and proves possession; codes by e-mail and SMS are no second factor to Salesforce either. */
const FACTORS = [
  'HasBuiltInAuthenticator',
  'HasSalesforceAuthenticator',
  'HasSecurityKey',
  'HasTotp',
  'HasU2F',
];

/** As many identifiers as an address of 16,384 bytes holds with ease; a query answers no more than 500 of these rows. */
const USERS_PER_QUERY = 400;

const ACTIVE = "IsActive = true AND UserType = 'Standard'";

const NOT_ALL_USERS = unknown('not_permitted', 'the user lacks View All Users');

/**
 * Active users with a license of the organization itself; those of portals and communities are others. Privileged are
 * who may modify all data, by profile or permission set: each profile owns a permission set that its users are assigned to.
 * Users can be private to each other, and a query leaves out who is not to be seen, hence the question before.
 */
export async function readAccounts(
  api: SalesforceApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const granted = await readPermissions(api.system, ['ViewAllUsers'], budget);
  if (!granted.ok) return granted;
  if (granted.value.size === 0) {
    return succeed({
      activeUsers: NOT_ALL_USERS,
      privilegedUsers: NOT_ALL_USERS,
      secondFactorUsers: NOT_ALL_USERS,
      lockedUsers: NOT_ALL_USERS,
      inactiveUsers: NOT_ALL_USERS,
    });
  }
  const users = await listUsers(api, budget);
  if (!users.ok) return users;
  // Whoever asks is one of them.
  if (users.value.length === 0) return fail('schema_changed', 'User has no active user');
  const privileged = await api.system.aggregate(
    'SELECT COUNT_DISTINCT(AssigneeId) n FROM PermissionSetAssignment ' +
      'WHERE PermissionSet.PermissionsModifyAllData = true ' +
      "AND Assignee.IsActive = true AND Assignee.UserType = 'Standard'",
    budget,
  );
  if (!privileged.ok) return privileged;
  const privilegedUsers = countAt(privileged.value, ['n'], 'PermissionSetAssignment');
  if (!privilegedUsers.ok) return privilegedUsers;
  const secondFactorUsers = await countSecondFactors(api, users.value, budget);
  if (!secondFactorUsers.ok) return secondFactorUsers;
  const inactiveUsers = await countInactive(api, nowMs, budget);
  if (!inactiveUsers.ok) return inactiveUsers;
  const lockedUsers = await countLocked(api, new Set(users.value), budget);
  if (!lockedUsers.ok) return lockedUsers;
  return succeed({
    activeUsers: known(users.value.length),
    privilegedUsers: known(privilegedUsers.value),
    secondFactorUsers: secondFactorUsers.value,
    inactiveUsers: known(inactiveUsers.value),
    lockedUsers: lockedUsers.value,
  });
}

/** Users without a log-in have no time of one, which is before no time. */
function countInactive(
  { system }: SalesforceApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<number>> {
  const before = new Date(nowMs - INACTIVE_AFTER_MS).toISOString();
  const hasNot = `(LastLoginDate = null OR LastLoginDate < ${before})`;
  return system.count(`FROM User WHERE ${ACTIVE} AND ${hasNot}`, budget);
}

/**
 * By their failed log-ins, or frozen by an administrator (Object Reference, UserLogin). Whoever leaves is often frozen first,
 * stays so for good and may be a user of a portal as well, so that only those who are active are counted.
 */
async function countLocked(
  { system }: SalesforceApi,
  active: ReadonlySet<string>,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const source = {
    fields: ['UserId'],
    entity: 'UserLogin',
    condition: '(IsPasswordLocked = true OR IsFrozen = true)',
  };
  let locked = 0;
  const outcome = await walkPages(openPages(system, source, budget), ({ records }) => {
    for (const { UserId: id } of records) {
      if (!isIdentifier(id)) return fail('schema_changed', 'UserLogin does not say whose it is');
      if (active.has(id)) locked += 1;
    }
    return succeed(true);
  });
  return orNotPermitted(outcome.ok ? succeed(locked) : outcome, 'the user lacks Manage Users');
}

/** Their identifiers, because what is registered as a second factor cannot be filtered by what the user is. */
async function listUsers(
  { system }: SalesforceApi,
  budget: Budget,
): Promise<Outcome<readonly string[]>> {
  const users: string[] = [];
  const source = {
    fields: [],
    entity: 'User',
    condition: ACTIVE,
  };
  const outcome = await walkPages(openPages(system, source, budget), (page) => {
    users.push(...page.ids);
    return succeed(true);
  });
  return outcome.ok ? succeed(users) : outcome;
}

async function countSecondFactors(
  { system }: SalesforceApi,
  users: readonly string[],
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const isRegistered = FACTORS.map((factor) => `${factor} = true`).join(' OR ');
  let total = 0;
  for (let start = 0; start < users.length; start += USERS_PER_QUERY) {
    const some = users.slice(start, start + USERS_PER_QUERY);
    const ids = some.map((id) => `'${id}'`).join(',');
    const from = `FROM TwoFactorMethodsInfo WHERE UserId IN (${ids}) AND (${isRegistered})`;
    const count = await system.count(from, budget);
    if (!count.ok) {
      return orNotPermitted(count, 'the user lacks Manage Multi-Factor Authentication in API');
    }
    total += count.value;
  }
  return succeed(known(total));
}
