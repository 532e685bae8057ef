import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AccountFacts, JobFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { INACTIVE_AFTER_MS } from '../web/inactive.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { fromUtcText, toUtcText } from '../web/utc-text.ts';
import { findOfBase, searchCount, searchRead } from './odoo-records.ts';
import type { Condition, OdooRpc } from './odoo-rpc.ts';
import { findFields } from './odoo-values.ts';

/** Scheduled actions come by the dozen; a full page would be a part of them. */
const ACTIONS_LIMIT = 1000;
/** Consecutive failures of an action, which its next success resets (odoo/addons/base/models/ir_cron.py). */
const FAILURES = 'failure_count';

/** Scheduled actions that are due, and those that failed when they last ran; in two calls. */
export async function readJobs(
  rpc: OdooRpc,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const model = 'ir.cron';
  const fields = await findFields(rpc, model, ['nextcall', FAILURES], budget);
  if (!fields.ok) return fields;
  const names = [...fields.value.keys()];
  const domain: readonly Condition[] = [['active', '=', true]];
  const search = { model, domain, fields: names, order: 'id', limit: ACTIONS_LIMIT };
  const found = await searchRead(rpc, search, budget);
  if (!found.ok) return found;
  if (found.value.length >= ACTIONS_LIMIT) {
    return fail('too_large', `${model} has ${ACTIONS_LIMIT} active actions or more`);
  }
  const dueMs: number[] = [];
  let failed = 0;
  for (const action of found.value) {
    const nextMs = fromUtcText(action['nextcall']);
    if (nextMs === undefined) return fail('schema_changed', `${model} has no time at nextcall`);
    if (nextMs <= nowMs) dueMs.push(nextMs);
    const failures = action[FAILURES] ?? 0;
    if (typeof failures !== 'number') {
      return fail('schema_changed', `${model} has no number at ${FAILURES}`);
    }
    if (failures > 0) failed += 1;
  }
  // Every job of Odoo is one of a schedule. One that it switched off looks like one that a person switched off.
  const failing = fields.value.has(FAILURES) ? known(failed) : NO_FAILURES;
  return succeed({
    byState: { pending: known(dueMs.length), running: NOT_RUNNING, failed: failing },
    failedSchedules: failing,
    oldestPendingAgeSeconds: known(
      dueMs.reduce((oldest, atMs) => Math.max(oldest, ageSecondsOf(atMs, nowMs)), 0),
    ),
  });
}

const NOT_RUNNING = unknown('not_supported', 'Odoo does not tell which actions run');
const NO_FAILURES = unknown('not_supported', 'Odoo counts failures of actions from version 18 on');

/** Users who are neither archived nor of a portal. */
const INTERNAL: readonly Condition[] = [
  ['active', '=', true],
  ['share', '=', false],
];
/** Groups of a user with those that they imply: from 19 on in a field of their own, before in the one of all groups. */
const GROUP_FIELDS = ['all_group_ids', 'groups_id'];
/** Computed, and searchable from 15 on (addons/auth_totp/models/res_users.py). */
const SECOND_FACTOR = 'totp_enabled';
/** Of res.users.log; only the last one of a user is kept for long (odoo/addons/base/models/res_users.py). */
const LOG_INS = 'log_ids';

export async function readAccounts(
  rpc: OdooRpc,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<AccountFacts>> {
  const model = 'res.users';
  const names = [...GROUP_FIELDS, SECOND_FACTOR, LOG_INS];
  const fields = await findFields(rpc, model, names, budget);
  if (!fields.ok) return fields;
  const active = await searchCount(rpc, model, INTERNAL, budget);
  if (!active.ok) return active;
  const canSearch = (name: string): boolean => fields.value.get(name)?.isSearchable === true;
  const groups = GROUP_FIELDS.find(canSearch);
  const privileged = await countPrivileged(rpc, groups, budget);
  if (!privileged.ok) return privileged;
  const secondFactor = canSearch(SECOND_FACTOR)
    ? await countUsers(rpc, [...INTERNAL, [SECOND_FACTOR, '=', true]], budget)
    : succeed(fields.value.has(SECOND_FACTOR) ? NOT_SEARCHABLE : NO_SECOND_FACTORS);
  if (!secondFactor.ok) return secondFactor;
  const since = toUtcText(nowMs - INACTIVE_AFTER_MS);
  const seen = canSearch(LOG_INS)
    ? await countUsers(rpc, [...INTERNAL, [`${LOG_INS}.create_date`, '>=', since]], budget)
    : succeed(NO_LOG_INS);
  if (!seen.ok) return seen;
  return succeed({
    activeUsers: known(active.value),
    privilegedUsers: privileged.value,
    secondFactorUsers: secondFactor.value,
    inactiveUsers: seen.value.known
      ? known(Math.max(0, active.value - seen.value.value))
      : seen.value,
  });
}

const NO_LOG_INS = unknown('not_permitted', 'Odoo shows this user no log-ins of users');

const NOT_SEARCHABLE = unknown('not_supported', 'Odoo 14 cannot search by second factors');
const NO_SECOND_FACTORS = unknown('not_supported', 'the module auth_totp is not installed');

async function countUsers(
  rpc: OdooRpc,
  domain: readonly Condition[],
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const count = await searchCount(rpc, 'res.users', domain, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

/** Members of base.group_system, "Settings", who may change everything. */
async function countPrivileged(
  rpc: OdooRpc,
  groups: string | undefined,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  if (groups === undefined) {
    return succeed(unknown('not_permitted', 'Odoo shows this user no groups of users'));
  }
  const group = await findOfBase(rpc, 'group_system', budget);
  if (!group.ok) return group;
  return countUsers(rpc, [...INTERNAL, [groups, 'in', [group.value]]], budget);
}
