import type { HttpAnswer, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AccountFacts, LimitFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { INACTIVE_AFTER_MS } from '../web/inactive.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { isRecord, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { ME_PATH, USERS_PATH } from './pipedrive-api.ts';
import type { PipedriveApi } from './pipedrive-api.ts';
import { toTimeMs } from './pipedrive-values.ts';

/** How databases of its kind write that there is no time. */
const NEVER = '0000-00-00 00:00:00';

/**
 * Tokens of the company's day. Its headers are in no documentation, and are missing for a while after a time without
 * requests, so it is nothing unusual when they are not there. Those that are documented are about this monitor's own two
 * seconds, or have no limit beside what is left.
 */
export async function readLimits(
  api: PipedriveApi,
  budget: Budget,
): Promise<Outcome<readonly LimitFacts[]>> {
  const outcome = await api.get(ME_PATH, budget);
  if (!outcome.ok) return outcome;
  const { headers } = outcome.value.answer;
  const limit = numberIn(headers, 'x-daily-ratelimit-token-limit');
  const remaining = numberIn(headers, 'x-daily-ratelimit-token-remaining');
  if (limit === undefined || remaining === undefined) return succeed([]);
  return succeed([{ name: 'api_tokens_daily', limit, remaining }]);
}

function numberIn(headers: HttpAnswer['headers'], name: string): number | undefined {
  const text = headers[name] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** People who can log in, and those of them who may change the settings of the company, users among them. */
export async function readAccounts(
  api: PipedriveApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const outcome = await api.get(USERS_PATH, budget);
  if (!outcome.ok) return outcome;
  const users = recordsAt(outcome.value.document, ['data'], USERS_PATH);
  if (!users.ok) return users;
  if (!users.value.every((user) => typeof user['active_flag'] === 'boolean')) {
    return fail('schema_changed', `${USERS_PATH} does not say who is active`);
  }
  const active = users.value.filter(
    (user) => user['active_flag'] === true && user['is_deleted'] !== true,
  );
  // Whoever asks is one of them.
  if (active.length === 0) return fail('schema_changed', `${USERS_PATH} lists no active user`);
  const settings = active.map((user) => isAdministrator(user, 'account_settings'));
  const idle = active.map(({ last_login: last }) => isIdle(last, nowMs));
  return succeed({
    activeUsers: known(active.length),
    privilegedUsers: settings.includes(undefined)
      ? unknown('not_permitted', 'Pipedrive did not show what all users may do')
      : known(settings.filter((may) => may === true).length),
    secondFactorUsers: unknown('not_supported', 'the API of Pipedrive lists no second factors'),
    lockedUsers: unknown('not_supported', 'the API of Pipedrive does not say who is locked out'),
    inactiveUsers: idle.includes(undefined)
      ? unknown('not_permitted', 'Pipedrive did not show when all users last logged in')
      : known(idle.filter((isLong) => isLong === true).length),
  });
}

/** Whether a user administers a part of the account; undefined where the answer does not show it. */
export function isAdministrator({ access }: JsonRecord, app: string): boolean | undefined {
  if (!Array.isArray(access)) return undefined;
  return access.some((entry) => isRecord(entry) && entry['app'] === app && entry['admin'] === true);
}

/** Whether a last log-in is 90 days ago, or was none; undefined where it is no time at all. */
function isIdle(last: unknown, nowMs: number): boolean | undefined {
  if (last === null || last === NEVER) return true;
  const lastMs = toTimeMs(last);
  return lastMs === undefined ? undefined : nowMs - lastMs >= INACTIVE_AFTER_MS;
}
