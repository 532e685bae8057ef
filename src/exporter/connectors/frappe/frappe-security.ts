import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, ApiTokenFacts, AuditFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { INACTIVE_AFTER_MS } from '../web/inactive.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Filter, FrappeApi } from './frappe-api.ts';
import { toFrappeTime } from './frappe-times.ts';

/** Users who may use the desk; those of the website are others. */
const SYSTEM_USERS: readonly Filter[] = [
  ['User', 'enabled', '=', 1],
  ['User', 'user_type', '=', 'System User'],
];

/** Administrator is shown to itself alone, and so counted by no one else (`get_permission_query_conditions` in frappe/core/doctype/user/user.py). */
export async function readAccounts(
  api: FrappeApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const countUsers = (...filters: readonly Filter[]): Promise<Outcome<number>> =>
    api.count('User', [...SYSTEM_USERS, ...filters], budget);
  const active = await countUsers();
  if (!active.ok) return active;
  // Roles are rows of a table inside the user.
  const privileged = await countUsers(['Has Role', 'role', '=', 'System Manager']);
  if (!privileged.ok) return privileged;
  // What is empty is older than anything to some versions, so that those who did log in are counted.
  const earliest = toFrappeTime(nowMs - INACTIVE_AFTER_MS, zone.value);
  const seen = await countUsers(['User', 'last_login', '>=', earliest]);
  if (!seen.ok) return seen;
  const secondFactorUsers = await countSecondFactors(api, countUsers, budget);
  if (!secondFactorUsers.ok) return secondFactorUsers;
  return succeed({
    activeUsers: known(active.value),
    privilegedUsers: known(privileged.value),
    secondFactorUsers: secondFactorUsers.value,
    lockedUsers: unknown(
      'not_supported',
      'Frappe keeps who is locked out in a cache that its API does not show',
    ),
    inactiveUsers: known(Math.max(0, active.value - seen.value)),
  });
}

const MOST_ROLES = 100;

/** Those who are asked for a second factor: by one of their roles, where it is switched on at all (frappe/twofactor.py). */
async function countSecondFactors(
  api: FrappeApi,
  countUsers: (...filters: readonly Filter[]) => Promise<Outcome<number>>,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const field = 'enable_two_factor_auth';
  const enabled = await api.single('System Settings', field, budget);
  if (!enabled.ok) return enabled;
  if (enabled.value === 0) return succeed(known(0));
  if (enabled.value !== 1) return fail('schema_changed', `System Settings shows no ${field}`);
  const flagged = await api.list(
    {
      doctype: 'Role',
      filters: [['Role', 'two_factor_auth', '=', 1]],
      fields: [],
      size: MOST_ROLES,
    },
    budget,
  );
  if (!flagged.ok) return flagged;
  if (flagged.value.length === MOST_ROLES) {
    const detail = `${MOST_ROLES} roles or more ask for a second factor`;
    return succeed(unknown('too_large', detail));
  }
  const roles = flagged.value.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  if (roles.length < flagged.value.length) return fail('schema_changed', 'Role shows no name');
  if (roles.length === 0) return succeed(known(0));
  // The built-in administrator is never asked.
  const others: Filter = ['User', 'name', '!=', 'Administrator'];
  const asked = roles.includes('All')
    ? await countUsers(others)
    : await countUsers(others, ['Has Role', 'role', 'in', roles]);
  return asked.ok ? succeed(known(asked.value)) : asked;
}

/** The log of what was printed, downloaded and exported (frappe/core/doctype/access_log), and that of permissions. */
export async function readAuditTrail(
  api: FrappeApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const since = toFrappeTime(sinceMs, zone.value);
  const log = 'Access Log';
  const countExports = (...filters: readonly Filter[]): Promise<Outcome<number>> =>
    api.count(log, [...filters, [log, 'creation', '>=', since]], budget);
  // A file that is downloaded is one document, whatever its type; a list or a report is none.
  const lists = await countExports(
    [log, 'file_type', 'in', ['Excel', 'CSV']],
    [log, 'reference_document', 'is', 'not set'],
  );
  if (!lists.ok) return lists;
  const backups = await countExports([log, 'report_name', '=', 'Backup']);
  if (!backups.ok) return backups;
  const trail = await readTrail(api, budget);
  if (!trail.ok) return trail;
  const { isRecording, hasPermissionLog } = trail.value;
  const changes = hasPermissionLog
    ? await api.count('Permission Log', [['Permission Log', 'creation', '>=', since]], budget)
    : undefined;
  if (changes?.ok === false) return changes;
  return succeed({
    isRecording: known(isRecording),
    permissionChanges: changes === undefined ? NO_PERMISSION_LOG : known(changes.value),
    massExports: known(lists.value + backups.value),
  });
}

const NO_PERMISSION_LOG = unknown(
  'not_supported',
  'this version of Frappe keeps no Permission Log, as 16 does',
);

/** Whether changes of users are kept as versions, which a site can switch off, and what else there is. */
async function readTrail(
  api: FrappeApi,
  budget: Budget,
): Promise<Outcome<{ readonly isRecording: boolean; readonly hasPermissionLog: boolean }>> {
  const found = await api.list(
    {
      doctype: 'DocType',
      filters: [['DocType', 'name', 'in', ['User', 'Permission Log']]],
      fields: ['track_changes'],
      size: 10,
    },
    budget,
  );
  if (!found.ok) return found;
  const user = found.value.find(({ name }) => name === 'User');
  const tracks = user?.['track_changes'];
  if (tracks !== 0 && tracks !== 1) {
    return fail('schema_changed', 'the DocType User does not say whether its changes are tracked');
  }
  // What a site changes about a DocType of Frappe is kept apart from it.
  const doctype = 'Property Setter';
  const changed = await api.list(
    {
      doctype,
      filters: [
        [doctype, 'doc_type', '=', 'User'],
        [doctype, 'property', '=', 'track_changes'],
      ],
      fields: ['value'],
      size: 1,
    },
    budget,
  );
  if (!changed.ok) return changed;
  const [setter] = changed.value;
  return succeed({
    isRecording: setter === undefined ? tracks === 1 : String(setter['value']) === '1',
    hasPermissionLog: found.value.some(({ name }) => name === 'Permission Log'),
  });
}

/** Keys of users, which do not end, but for that of Administrator; and tokens of OAuth that have not. No key is read. */
export async function readApiTokens(
  api: FrappeApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const keys = await api.count('User', [['User', 'api_key', 'is', 'set']], budget);
  if (!keys.ok) return keys;
  // Whoever asks has one.
  if (keys.value === 0) return fail('schema_changed', 'User shows no key to a key');
  const token = 'OAuth Bearer Token';
  const lasting: readonly Filter[] = [
    [token, 'status', '=', 'Active'],
    [token, 'expiration_time', '>', toFrappeTime(nowMs, zone.value)],
  ];
  const tokens = await api.count(token, lasting, budget);
  if (!tokens.ok) return tokens;
  const active: Knowable<number> = known(keys.value + tokens.value);
  const oldestAgeSeconds = unknown('not_supported', 'Frappe does not keep when a key was made');
  return succeed({ active, oldestAgeSeconds });
}
