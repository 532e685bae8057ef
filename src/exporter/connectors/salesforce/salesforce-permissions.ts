import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Soql } from './salesforce-api.ts';

export type Permission =
  | 'CustomizeApplication'
  | 'ManageDataIntegrations'
  | 'ManageUsers'
  | 'MonitorLoginHistory'
  | 'ViewAllUsers'
  | 'ViewSetup';

/** Which of some permissions the monitoring user has. Anybody may ask it about themselves (Object Reference, UserPermissionAccess). */
export async function readPermissions(
  system: Soql,
  permissions: readonly Permission[],
  budget: Budget,
): Promise<Outcome<ReadonlySet<Permission>>> {
  const fields = permissions.map((permission) => `Permissions${permission}`);
  const record = await system.aggregate(
    `SELECT ${fields.join(', ')} FROM UserPermissionAccess LIMIT 1`,
    budget,
  );
  if (!record.ok) return record;
  const { value } = record;
  if (!fields.every((field) => typeof value[field] === 'boolean')) {
    return fail('schema_changed', 'UserPermissionAccess does not say what is granted');
  }
  return succeed(
    new Set(permissions.filter((permission) => value[`Permissions${permission}`] === true)),
  );
}
