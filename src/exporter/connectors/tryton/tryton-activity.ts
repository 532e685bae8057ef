import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { ApiTokenFacts, LoginCounts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { unknownApiTokens } from '../web/unknown-facts.ts';
import { searchRead } from './tryton-facts.ts';
import type { TrytonIdentity } from './tryton-options.ts';
import type { TrytonRpc } from './tryton-rpc.ts';
import type { TrytonTables } from './tryton-sql.ts';
import { toTimeMs } from './tryton-values.ts';

/** Attempts within the last seconds, as far as Tryton keeps them (trytond/res/user.py, trytond/ir/session.py). */
export async function readLogins(
  tables: TrytonTables,
  seconds: number,
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  const failed = await tables.failedLogins(Math.max(0, seconds), budget);
  if (!failed.ok) return failed;
  return succeed({
    failed: known(failed.value),
    succeeded: unknown(
      'not_supported',
      'Tryton deletes sessions when they end, so that those that are left tell too few log-ins',
    ),
    failedByReason: unknown('not_supported', 'Tryton does not keep why a log-in failed'),
  });
}

const APPLICATION = 'res.user.application';
const OWN_ALONE = unknown(
  'not_permitted',
  'no access rule lets this user see the applications of all users: give one that may in security_authentication',
);

/**
 * Applications that users have let in: a key opens what is made for it until the user cancels it. Out of the box
 * everybody sees their own and the group Administration all (trytond/res/user.xml); so what is seen is counted only
 * where an access rule of one of the groups of the user leaves nothing out. No key is read.
 */
export async function readApiTokens(
  rpc: TrytonRpc,
  { user }: Pick<TrytonIdentity, 'user'>,
  clock: { readonly nowMs: number; readonly offsetMinutes: number },
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const rules = await searchRead(
    rpc,
    {
      model: 'ir.rule.group',
      domain: [
        ['model.model', '=', APPLICATION],
        ['perm_read', '=', true],
        [
          'OR',
          ['global_p', '=', true],
          [
            ['groups.users.login', '=', user],
            ['rules.domain', '=', '[]'],
          ],
        ],
      ],
      fields: ['global_p'],
    },
    budget,
  );
  if (!rules.ok) return rules;
  // What is global narrows the view of everybody, whatever else there is. On SQLite, false is 0.
  const isOwn = ({ global_p: isGlobal }: (typeof rules.value)[number]): boolean =>
    isGlobal === false || isGlobal === 0;
  const seesAll = rules.value.length > 0 && rules.value.every(isOwn);
  if (!seesAll) return succeed(unknownApiTokens(OWN_ALONE));
  const valid = [['state', '=', 'validated']];
  const wanted = { model: APPLICATION, domain: valid, fields: ['create_date'] };
  const applications = await searchRead(rpc, wanted, budget);
  if (!applications.ok) return applications;
  const times: number[] = [];
  for (const { create_date: at } of applications.value) {
    const atMs = toTimeMs(at, clock.offsetMinutes);
    if (atMs === undefined) return fail('schema_changed', `${APPLICATION}.create_date is no time`);
    times.push(atMs);
  }
  return succeed({
    active: known(times.length),
    oldestAgeSeconds:
      times.length === 0
        ? unknown('empty', 'no application is validated')
        : known(ageSecondsOf(Math.min(...times), clock.nowMs)),
  });
}
