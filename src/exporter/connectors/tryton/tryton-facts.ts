import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { TrytonOptions } from './tryton-options.ts';
import type { TrytonRpc } from './tryton-rpc.ts';
import type { TrytonTables } from './tryton-sql.ts';
import { toTimeMs } from './tryton-values.ts';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** search_read in Tryton's order of parameters: domain, offset, limit, order, fields. */
export async function searchRead(
  rpc: TrytonRpc,
  wanted: {
    readonly model: string;
    readonly domain: readonly unknown[];
    readonly fields: readonly string[];
    readonly limit?: number;
  },
  budget: Budget,
): Promise<Outcome<Rows>> {
  const { model, domain, fields, limit } = wanted;
  const method = `model.${model}.search_read`;
  const parameters = [domain, 0, limit ?? null, [['id', 'ASC']], fields];
  const outcome = await rpc.call(method, parameters, budget);
  if (!outcome.ok) return outcome;
  if (!Array.isArray(outcome.value)) return fail('schema_changed', `${method} answered no list`);
  const rows = outcome.value as Rows;
  const lacks = fields.find((field) => rows.some((row) => !Object.hasOwn(row, field)));
  if (lacks !== undefined) return fail('schema_changed', `${method} answered no field ${lacks}`);
  return succeed(rows);
}

/** Active users, and those of them who are in a privileged group. Tryton 6.0 has no second factor. */
export async function readAccounts(
  rpc: TrytonRpc,
  options: TrytonOptions,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const named = [['name', 'in', options.privileged_groups]];
  const groups = await searchRead(
    rpc,
    { model: 'res.group', domain: named, fields: ['id'] },
    budget,
  );
  if (!groups.ok) return groups;
  const active = [['active', '=', true]];
  const wanted = { model: 'res.user', domain: active, fields: ['id', 'groups'] };
  const users = await searchRead(rpc, wanted, budget);
  if (!users.ok) return users;
  const privileged = new Set(groups.value.map((group) => group['id']));
  let members = 0;
  for (const { groups: ids } of users.value) {
    if (!Array.isArray(ids)) return fail('schema_changed', 'res.user.groups is no list');
    if (ids.some((id) => privileged.has(id))) members += 1;
  }
  return succeed({
    activeUsers: known(users.value.length),
    privilegedUsers:
      privileged.size === 0
        ? unknown('not_configured', 'there is no group with one of the names in privileged_groups')
        : known(members),
    secondFactorUsers: unknown('not_supported', 'Tryton 6.0 does not know a second factor'),
    lockedUsers: unknown(
      'not_supported',
      'how many failed log-ins lock a user stands in the configuration of the server alone',
    ),
    inactiveUsers: unknown('not_supported', 'Tryton does not keep when a user logged in'),
  });
}

/**
 * Scheduled actions that are overdue (by RPC) and queued tasks (by SQL, where configured). An action without
 * a next call is due at once, since it was last changed (trytond/ir/cron.py).
 */
export async function readJobs(
  rpc: TrytonRpc,
  tables: TrytonTables | undefined,
  clock: { readonly nowMs: number; readonly offsetMinutes: number },
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const { nowMs, offsetMinutes } = clock;
  const fields = ['next_call', 'write_date', 'create_date'];
  const wanted = { model: 'ir.cron', domain: [['active', '=', true]], fields };
  const actions = await searchRead(rpc, wanted, budget);
  if (!actions.ok) return actions;
  const ages: number[] = [];
  for (const action of actions.value) {
    const value = fields.map((field) => action[field]).find((each) => each !== null);
    const dueMs = toTimeMs(value, offsetMinutes);
    if (dueMs === undefined) return fail('schema_changed', 'ir.cron.next_call is no time');
    if (dueMs <= nowMs) ages.push(ageSecondsOf(dueMs, nowMs));
  }
  const queue = tables === undefined ? undefined : await tables.queue(budget);
  if (queue?.ok === false) return queue;
  const tasks = queue?.value;
  const oldest = Math.max(0, tasks?.oldestPendingAgeSeconds ?? 0, ...ages);
  return succeed({
    byState: {
      pending: known(ages.length + (tasks?.pending ?? 0)),
      running:
        tasks === undefined
          ? unknown('not_configured', 'the queue of Tryton is visible by SQL only')
          : known(tasks.running),
      failed: unknown('not_supported', 'Tryton does not keep failed tasks'),
    },
    oldestPendingAgeSeconds: known(oldest),
    failedSchedules: unknown(
      'not_supported',
      'Tryton sets the next call of a scheduled action whether it failed or not',
    ),
  });
}
