import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ApiTokenFacts, AuditFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { DataverseApi } from './dataverse-api.ts';
import { countRows, orNotPermitted } from './dataverse-counts.ts';
import type { Table } from './dataverse-counts.ts';
import { fetchXml, toFetchTime } from './fetch-xml.ts';

const AUDITS: Table = { entity: 'audit', set: 'audits' };
/**
 * Values of action (auditing/retrieve-audit-data.md, reference/entities/audit.md): members of teams that come and go, roles
 * of teams and of users, privileges of roles.
 */
const PERMISSION_ACTIONS = [35, 36, 53, 54, 55, 56, 57, 58, 59];
/** Each of them is recorded only where the auditing of its table is on too (auditing/configure.md). */
const TABLES_OF_PERMISSIONS = ['role', 'systemuser', 'team'];

/** Exports are read from no audit: power-platform/admin/manage-dataverse-auditing.md. */
const EXPORTS_ELSEWHERE = unknown(
  'not_supported',
  'Dataverse audits no exports: its activity log, which goes to Microsoft Purview, has them',
);

/** What the audit table tells, whose entries may show with a delay: in up to three calls. */
export async function readAuditTrail(
  api: DataverseApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  const recording = await readRecording(api, budget);
  if (!recording.ok) return recording;
  const changes = recording.value
    ? await countPermissionChanges(api, sinceMs, budget)
    : succeed(unknown('not_configured', 'auditing is off for the whole environment'));
  if (!changes.ok) return changes;
  return succeed({
    isRecording: known(recording.value),
    permissionChanges: changes.value,
    massExports: EXPORTS_ELSEWHERE,
  });
}

async function readRecording(api: DataverseApi, budget: Budget): Promise<Outcome<boolean>> {
  const set = '/organizations';
  const outcome = await api.api.get(`${set}?$select=isauditenabled`, budget);
  if (!outcome.ok) return outcome;
  const found = recordsAt(outcome.value.document, ['value'], set);
  if (!found.ok) return found;
  const [only, more] = found.value;
  const isOn = memberOf(only, 'isauditenabled');
  if (typeof isOn === 'boolean' && more === undefined) return succeed(isOn);
  return fail('schema_changed', `${set} does not say whether it is audited`);
}

async function countPermissionChanges(
  api: DataverseApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const unaudited = await readUnauditedTables(api, budget);
  if (!unaudited.ok) return orNotPermitted(unaudited, 'prvReadEntity');
  if (unaudited.value.length > 0) {
    const tables = unaudited.value.join(', ');
    return succeed(unknown('not_configured', `auditing is off for the tables ${tables}`));
  }
  const conditions = [
    fetchXml.isIn('action', PERMISSION_ACTIONS),
    fetchXml.condition('createdon', 'ge', toFetchTime(sinceMs)),
  ];
  const counted = await countRows(api, AUDITS, { conditions }, budget);
  return orNotPermitted(counted, 'prvReadAuditSummary');
}

/** Those of TABLES_OF_PERMISSIONS whose changes are not recorded (auditing/configure.md); definitions have no pages. */
async function readUnauditedTables(
  api: DataverseApi,
  budget: Budget,
): Promise<Outcome<readonly string[]>> {
  const set = '/EntityDefinitions';
  const named = TABLES_OF_PERMISSIONS.map((table) => `LogicalName eq '${table}'`).join(' or ');
  const query = `$select=LogicalName,IsAuditEnabled&$filter=${encodeURIComponent(named)}`;
  const outcome = await api.api.get(`${set}?${query}`, budget);
  if (!outcome.ok) return outcome;
  const found = recordsAt(outcome.value.document, ['value'], set);
  if (!found.ok) return found;
  const unaudited: string[] = [];
  for (const table of TABLES_OF_PERMISSIONS) {
    const definition = found.value.find(({ LogicalName: name }) => name === table);
    const isOn = memberOf(definition, 'IsAuditEnabled', 'Value');
    if (typeof isOn !== 'boolean') {
      return fail('schema_changed', `${set} does not say whether ${table} is audited`);
    }
    if (!isOn) unaudited.push(table);
  }
  return succeed(unaudited);
}

/** Applications that have a user of their own here, those that Microsoft puts into every environment among them. */
export async function readApiTokens(
  api: DataverseApi,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const conditions = [
    fetchXml.condition('isdisabled', 'eq', '0'),
    fetchXml.condition('applicationid', 'not-null'),
  ];
  const table = { entity: 'systemuser', set: 'systemusers' };
  const active = await countRows(api, table, { conditions }, budget);
  if (!active.ok) return active;
  const oldestAgeSeconds = unknown(
    'not_supported',
    'Microsoft Entra keeps the secrets of applications, and their age',
  );
  return succeed({ active: active.value, oldestAgeSeconds });
}
