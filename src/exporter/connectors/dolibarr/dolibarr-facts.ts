import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AccountFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { INACTIVE_AFTER_MS } from '../web/inactive.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { DolibarrApi } from './dolibarr-api.ts';

const PAGE_SIZE = 100;
/** Of a log-in in the browser: the key of the API leaves it as it is (htdocs/user/class/user.class.php). */
const LAST_LOG_IN = 'datelastlogin';
const PROPERTIES = ['status', 'statut', 'admin', LAST_LOG_IN];

/** Users who can log in, in pages: the list of users has no total (htdocs/user/class/api_users.class.php). */
export async function readAccounts(
  api: DolibarrApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  let active = 0;
  let privileged = 0;
  let inactive = 0;
  for (let after = 0; ;) {
    const page = { entity: 'users', after, properties: PROPERTIES, size: PAGE_SIZE };
    const users = await api.list(page, budget);
    if (!users.ok) return users;
    // The monitoring user is one, so there is at least one.
    if (users.value.length === 0 && after === 0) {
      return fail('schema_changed', 'GET /users lists nobody');
    }
    if (users.value.length === 0) break;
    for (const user of users.value) {
      const isActive = flagOf(user['status'] ?? user['statut']);
      const isAdministrator = user['admin'] === null ? false : flagOf(user['admin']);
      if (isActive === undefined || isAdministrator === undefined) {
        return fail('schema_changed', 'GET /users has a user without status or admin');
      }
      if (!isActive) continue;
      const seenMs = timeMsOf(user[LAST_LOG_IN]);
      if (seenMs === undefined) {
        return fail('schema_changed', `GET /users has a user without ${LAST_LOG_IN}`);
      }
      active += 1;
      if (isAdministrator) privileged += 1;
      if (seenMs < nowMs - INACTIVE_AFTER_MS) inactive += 1;
    }
    const last = keyOf(users.value.at(-1));
    if (last === undefined || last <= after) {
      return fail('schema_changed', `GET /users does not go on after ${PAGE_SIZE} users`);
    }
    after = last;
  }
  return succeed({
    activeUsers: known(active),
    privilegedUsers: known(privileged),
    inactiveUsers: known(inactive),
    secondFactorUsers: unknown('not_supported', 'the API of Dolibarr lists no second factors'),
  });
}

/** The key of a record, which PHP gives as a number or as its digits. */
export function keyOf(record: JsonRecord | undefined): number | undefined {
  const id = record?.['id'];
  if (typeof id !== 'number' && typeof id !== 'string') return undefined;
  const key = Number(id);
  return id !== '' && Number.isSafeInteger(key) && key > 0 ? key : undefined;
}

/** A time in seconds since the epoch; one that is empty is before all others (`jdate` in core/db/DoliDB.class.php). */
function timeMsOf(value: unknown): number | undefined {
  if (value === '' || value === null) return -Infinity;
  if (typeof value !== 'number' && typeof value !== 'string') return undefined;
  return /^\d{1,11}$/.test(String(value)) ? Number(value) * 1000 : undefined;
}

/** 1 and 0, as numbers or as their digits. */
function flagOf(value: unknown): boolean | undefined {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  return text === '1' || text === '0' ? text === '1' : undefined;
}
