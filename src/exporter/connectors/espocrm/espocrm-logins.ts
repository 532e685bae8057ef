import type { LoginFailureReason } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { LoginCounts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { unknownLogins } from '../web/unknown-facts.ts';
import type { Condition, EspocrmApi } from './espocrm-api.ts';
import { since } from './espocrm-times.ts';

const LOG = 'AuthLogRecord';

/**
 * DENIAL_REASON_* of application/Espo/Entities/AuthLogRecord.php. A name that nobody has and a wrong password are both
 * CREDENTIALS; wrong codes are recorded from 8.4 on.
 */
const REASONS: Readonly<Partial<Record<LoginFailureReason, readonly string[]>>> = {
  password: ['CREDENTIALS'],
  second_factor: ['WRONG_CODE'],
  not_allowed: [
    'INACTIVE_USER',
    'IS_PORTAL_USER',
    'IS_NOT_PORTAL_USER',
    'USER_IS_NOT_IN_PORTAL',
    'IS_SYSTEM_USER',
    'FORBIDDEN',
  ],
};

const DENIED: Condition = { type: 'isTrue', attribute: 'isDenied' };
/**
 * Let in, and given a token for a session: what asks the API with a key or a password each time is let in as well, but
 * has no session, and neither has the first step of two (application/Espo/Core/Authentication/Authentication.php).
 */
const LET_IN: readonly Condition[] = [
  { type: 'isFalse', attribute: 'isDenied' },
  { type: 'isNotNull', attribute: 'authTokenId' },
];

const NO_LOG = unknownLogins(
  unknown(
    'not_configured',
    'EspoCRM recorded no log-in at all, not even that of this request: authLogDisabled is set, or its clock is behind',
  ),
);

/**
 * Log-ins that were denied, for whatever reason, and those of people. Each request of an administrator is a log-in of its
 * own, which is recorded before it is answered; where not even those are, there is no log.
 */
export async function readLogins(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  const recent = since('createdAt', sinceMs);
  const denied = await api.count(LOG, [DENIED, recent], budget);
  if (!denied.ok) return denied;
  const succeeded = await api.count(LOG, [...LET_IN, recent], budget);
  if (!succeeded.ok) return succeeded;
  if (isNone(denied.value) && isNone(succeeded.value)) {
    const all = await api.count(LOG, [recent], budget);
    if (!all.ok) return all;
    if (isNone(all.value)) return succeed(NO_LOG);
  }
  const reasons = await countReasons(api, { denied: denied.value, recent }, budget);
  return reasons.ok ? succeed({ ...reasons.value, succeeded: succeeded.value }) : reasons;
}

type Failed = Required<Pick<LoginCounts, 'failed' | 'failedByReason'>>;

/** Log-ins may be denied between the counts, so all of them are as many as the reasons say at least. */
async function countReasons(
  api: EspocrmApi,
  { denied, recent }: { readonly denied: Knowable<number>; readonly recent: Condition },
  budget: Budget,
): Promise<Outcome<Failed>> {
  if (!denied.known) return succeed({ failed: denied, failedByReason: denied });
  if (denied.value === 0) return succeed({ failed: denied, failedByReason: known({}) });
  const byReason: Partial<Record<string, number>> = {};
  let explained = 0;
  for (const [reason, value] of Object.entries(REASONS)) {
    const isOne: Condition = { type: 'in', attribute: 'denialReason', value };
    const found = await api.count(LOG, [DENIED, isOne, recent], budget);
    if (!found.ok) return found;
    if (!found.value.known) return succeed({ failed: denied, failedByReason: found.value });
    byReason[reason] = found.value.value;
    explained += found.value.value;
  }
  const failed = Math.max(denied.value, explained);
  const failedByReason = known({ ...byReason, other: failed - explained });
  return succeed({ failed: known(failed), failedByReason });
}

function isNone(count: Knowable<number>): boolean {
  return count.known && count.value === 0;
}
