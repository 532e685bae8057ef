import type { LoginFailureReason } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { LoginCounts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt } from '../web/shapes.ts';
import { unknownLogins } from '../web/unknown-facts.ts';
import type { SalesforceApi } from './salesforce-api.ts';
import { readPermissions } from './salesforce-permissions.ts';
import { isBeyondKept } from './salesforce-values.ts';
import type { Window } from './salesforce-values.ts';

/** Half a year (Salesforce Help, "Monitor Login History"). */
const KEPT_DAYS = 180;
const NOT_KEPT = unknown('too_large', `log-ins are kept for ${KEPT_DAYS} days`);

/**
 * The texts of a status, without regard to case, which differs between the sources: Object Reference, "Login Event Type —
 * LOGIN_STATUS Values", and what organizations show at LoginHistory. A token of the API is asked for besides the password.
 */
const REASONS: Readonly<Record<string, LoginFailureReason>> = {
  'invalid password': 'password',
  'invalid login': 'unknown_user',
  'failed: username or sso id invalid': 'unknown_user',
  'failed: computer activation required': 'second_factor',
  'failed: computer activation pending': 'second_factor',
  'failed: api security token required': 'second_factor',
  'multi-factor required': 'second_factor',
  'multi-factor (formerly called two-factor) is required': 'second_factor',
  'password lockout': 'locked',
  'user is frozen': 'locked',
  'user is inactive': 'not_allowed',
  'restricted ip': 'not_allowed',
  'restricted time': 'not_allowed',
  'restricted country': 'not_allowed',
  'restricted domain': 'not_allowed',
  'failed: ip address not allowed': 'not_allowed',
  'failed: api-only user': 'not_allowed',
  'failed: mobile license required': 'not_allowed',
  'failed: mobile disabled': 'not_allowed',
  'failed: oauth api access disabled': 'not_allowed',
  'failed: login over insecure channel': 'not_allowed',
  'invalid profile association': 'not_allowed',
  'no experience cloud site access': 'not_allowed',
};

/**
 * Log-ins since a time; every status but Success is a failure. The status can be grouped by but not filtered (Object
 * Reference, LoginHistory). A user without permission sees its own log-ins and no error, hence the question before.
 */
export async function readLogins(
  { system }: SalesforceApi,
  window: Window,
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  if (isBeyondKept(window, KEPT_DAYS)) return succeed(unknownLogins(NOT_KEPT));
  const granted = await readPermissions(system, ['ManageUsers', 'MonitorLoginHistory'], budget);
  if (!granted.ok) return granted;
  if (granted.value.size === 0) {
    const detail = 'the user has neither Monitor Login History nor Manage Users';
    return succeed(unknownLogins(unknown('not_permitted', detail)));
  }
  const since = new Date(window.sinceMs).toISOString();
  const groups = await system.groups(
    `SELECT Status, COUNT(Id) n FROM LoginHistory WHERE LoginTime >= ${since} GROUP BY Status`,
    budget,
  );
  if (!groups.ok) return groups;
  let succeeded = 0;
  let failed = 0;
  const byReason: Partial<Record<LoginFailureReason, number>> = {};
  for (const group of groups.value) {
    const count = countAt(group, ['n'], 'LoginHistory');
    if (!count.ok) return count;
    const status = group['Status'];
    if (typeof status !== 'string') return fail('schema_changed', 'LoginHistory has no status');
    const text = status.toLowerCase();
    if (text === 'success') {
      succeeded += count.value;
      continue;
    }
    const reason = (Object.hasOwn(REASONS, text) ? REASONS[text] : undefined) ?? 'other';
    failed += count.value;
    byReason[reason] = (byReason[reason] ?? 0) + count.value;
  }
  return succeed({
    failed: known(failed),
    succeeded: known(succeeded),
    failedByReason: known(byReason),
  });
}
