import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ApiTokenFacts, AuditFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt } from '../web/shapes.ts';
import { unknownApiTokens, unknownAuditTrail } from '../web/unknown-facts.ts';
import type { SalesforceApi, Soql } from './salesforce-api.ts';
import { readPermissions } from './salesforce-permissions.ts';
import { isBeyondKept, orNotPermitted, toTimeMs } from './salesforce-values.ts';
import type { Window } from './salesforce-values.ts';

/**
 * How actions begin that change roles, groups and permissions, and who has them. Salesforce documents one as an example
 * (Object Reference, SetupAuditTrail) and lists none; the others are those that tools know from organizations, such as
 * sfdx-hardis, "hardis:org:diagnose:audittrail". Layouts, tabs and record types of a profile are no permissions, and that
 * a group of permission sets is computed anew is no change.
 */
const CHANGES = [
  'PermSet%',
  'PermissionSetGroupComponent%',
  'PermissionSetGroupCreate',
  'PermissionSetGroupDelete',
  'PermissionSelfHealing',
  'CustomPermission%',
  'SetupEntityAccessAudit%',
  'profilePerm%',
  'profileOlp%',
  'profileFls%',
  'profileCloned%',
  'profileEntityPerm%',
  'deletedprofile',
  'changedprofileforuser%',
  'changedroleforuser%',
  'createdrole',
  'deletedrole',
  'role',
  'createdgroup',
  'deletedgroup',
  'groupMembership',
];

/** Object Reference, ReportEventLog, Origin: the values of an export. */
const EXPORTS = [
  'ReportExported',
  'ReportExportedAsynchronously',
  'ReportExportedUsingExcelConnector',
];

const HOUR_MS = 3_600_000;
/** As much as one question of an event log may cover, without the minute that clocks may be apart. */
const LOG_QUERY_MS = 15 * 24 * HOUR_MS - 60_000;

/** Security Implementation Guide, "Monitor Setup Changes with Setup Audit Trail". */
const KEPT_DAYS = 180;
const NOT_KEPT = unknown('too_large', `changes in the set-up are kept for ${KEPT_DAYS} days`);

const NO_SETUP = unknown('not_permitted', 'the user lacks View Setup and Configuration');
const NO_EVENT_LOG =
  'the organization has no Event Monitoring, or the user lacks View Event Log Object Data';
const NOT_ALL_TOKENS = unknown('not_permitted', 'the user lacks Customize Application');

/**
 * Changes in the set-up since a time. It is always recorded: there is nothing to switch off. Only COUNT() is taken of it, no
 * other aggregate (Object Reference, SetupAuditTrail), and to see all of it takes View Setup and Configuration (Security
 * Implementation Guide, "Monitor Setup Changes with Setup Audit Trail").
 */
export async function readAuditTrail(
  { system }: SalesforceApi,
  window: Window,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  const granted = await readPermissions(system, ['ViewSetup'], budget);
  if (!granted.ok) return granted;
  if (granted.value.size === 0) return succeed(unknownAuditTrail(NO_SETUP));
  const since = new Date(window.sinceMs).toISOString();
  const isChange = CHANGES.map((action) => `Action LIKE '${action}'`).join(' OR ');
  const from = `FROM SetupAuditTrail WHERE CreatedDate >= ${since} AND (${isChange})`;
  const changes = isBeyondKept(window, KEPT_DAYS)
    ? succeed(NOT_KEPT)
    : await countKnown(system, from, budget);
  if (!changes.ok) return changes;
  const massExports = await countExports(system, window, budget);
  if (!massExports.ok) return massExports;
  return succeed({
    isRecording: known(true),
    permissionChanges: changes.value,
    massExports: massExports.value,
  });
}

async function countKnown(
  system: Soql,
  from: string,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const count = await system.count(from, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

/**
 * Reports that were exported, where the organization has bought Event Monitoring. What has been logged can be asked for
 * within 45 minutes, and no more than 15 days of it with both ends given (Security Implementation Guide, "Store and Query
 * Log Data with Event Log Objects").
 */
async function countExports(
  system: Soql,
  { sinceMs, nowMs }: Window,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  if (nowMs - sinceMs < HOUR_MS) {
    const late = 'exports are logged up to 45 minutes late: the window has to be an hour or more';
    return succeed(unknown('not_configured', late));
  }
  if (nowMs - sinceMs > LOG_QUERY_MS) {
    return succeed(unknown('too_large', 'no more than 15 days of an event log can be asked for'));
  }
  const [since, until] = [sinceMs, nowMs].map((timeMs) => new Date(timeMs).toISOString());
  const origins = EXPORTS.map((origin) => `'${origin}'`).join(', ');
  const record = await system.aggregate(
    `SELECT COUNT(Timestamp) n FROM ReportEventLog WHERE Origin IN (${origins}) ` +
      `AND Timestamp >= ${since} AND Timestamp <= ${until}`,
    budget,
  );
  const count = record.ok ? countAt(record.value, ['n'], 'ReportEventLog') : record;
  return orNotPermitted(count, NO_EVENT_LOG);
}

/**
 * What users have authorized applications to act for them with. Others than one's own are left out without an error
 * (Object Reference, OauthToken), hence the question before. No token is asked for; of more than 2,500 an answer leaves out
 * the rest, but COUNT() has them all, and the oldest comes first.
 */
export async function readApiTokens(
  { system }: SalesforceApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const granted = await readPermissions(system, ['CustomizeApplication'], budget);
  if (!granted.ok) return granted;
  if (granted.value.size === 0) return succeed(unknownApiTokens(NOT_ALL_TOKENS));
  const count = await system.count('FROM OauthToken', budget);
  if (!count.ok) return count;
  const none = unknown('empty', 'no application is authorized');
  if (count.value === 0) return succeed({ active: known(0), oldestAgeSeconds: none });
  const oldest = await system.query(
    'SELECT CreatedDate FROM OauthToken ORDER BY CreatedDate ASC NULLS LAST LIMIT 1',
    budget,
  );
  if (!oldest.ok) return oldest;
  const active = known(count.value);
  const [record] = oldest.value.records;
  // It may have been withdrawn since.
  if (record === undefined) return succeed({ active, oldestAgeSeconds: none });
  const createdMs = toTimeMs(record['CreatedDate']);
  if (createdMs === undefined) {
    return fail('schema_changed', 'OauthToken has no time at CreatedDate');
  }
  return succeed({ active, oldestAgeSeconds: known(ageSecondsOf(createdMs, nowMs)) });
}
