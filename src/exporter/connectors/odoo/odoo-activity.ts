import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable, Unknown } from '../../../std/std.ts';
import type { ApiTokenFacts, IntegrationFacts, LoginCounts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { fromUtcText, toUtcText } from '../web/utc-text.ts';
import { findOfBase, requireSettings, searchCount, searchRead } from './odoo-records.ts';
import type { Domain, OdooRpc } from './odoo-rpc.ts';
import { findFields } from './odoo-values.ts';

/** `_login` writes a record of a success, and a line of its log for a failure (odoo/addons/base/models/res_users.py). */
const NOT_KEPT = unknown(
  'not_supported',
  'Odoo keeps successful log-ins alone; failed ones are in its log file',
);
export const NO_FAILED: Pick<LoginCounts, 'failed' | 'failedByReason'> = {
  failed: NOT_KEPT,
  failedByReason: NOT_KEPT,
};

type Window = { readonly sinceMs: number; readonly nowMs: number };

/** Log-ins that succeeded since a time; in three calls. */
export async function readLogins(
  rpc: OdooRpc,
  window: Window,
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  const since = toUtcText(window.sinceMs);
  const count = await searchCount(rpc, 'res.users.log', [['create_date', '>=', since]], budget);
  if (!count.ok) return count;
  // Asked afterwards, so that what was cleared before the count is known of.
  const whole = await isWhole(rpc, window, budget);
  if (!whole.ok) return whole;
  return succeed({ ...NO_FAILED, succeeded: whole.value ? known(count.value) : CLEARED });
}

const CLEARED = unknown(
  'undetermined',
  'Odoo has cleared its list of log-ins within this time, or is at it',
);
/** From the start of a clearing, which is what is told, to its end. */
const CLEARING_MS = 3_600_000;

/**
 * Whether no log-in of a window was cleared. Once a day all but the last one of each user are, by the action
 * base.autovacuum_job, which is due for as long as it runs (`_gc_user_logs` in res_users.py, `_reschedule_later` in
 * ir_cron.py of odoo/addons/base/models).
 */
async function isWhole(
  rpc: OdooRpc,
  { sinceMs, nowMs }: Window,
  budget: Budget,
): Promise<Outcome<boolean>> {
  const id = await findOfBase(rpc, 'autovacuum_job', budget);
  if (!id.ok) return id;
  const model = 'ir.cron';
  const domain: Domain = [
    ['id', '=', id.value],
    ['active', 'in', [true, false]],
  ];
  const fields = ['active', 'lastcall', 'nextcall'];
  const found = await searchRead(rpc, { model, domain, fields, order: 'id', limit: 1 }, budget);
  if (!found.ok) return found;
  const [action] = found.value;
  const nextMs = fromUtcText(action?.['nextcall']);
  const lastMs = action?.['lastcall'] === false ? -Infinity : fromUtcText(action?.['lastcall']);
  if (nextMs === undefined || lastMs === undefined) {
    return fail('schema_changed', `${model} has no times of base.autovacuum_job`);
  }
  const isDue = action?.['active'] === true && nextMs <= nowMs;
  return succeed(!isDue && lastMs + CLEARING_MS < sinceMs);
}

/** From 18 on; before, keys never end. */
const KEY_ENDS = 'expiration_date';

/** Keys that `_check_credentials` of res.users.apikeys would take (odoo/addons/base/models/res_users.py); in four calls. */
export async function readApiTokens(
  rpc: OdooRpc,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const allowed = await requireSettings(rpc, budget);
  if (!allowed.ok) return allowed;
  const model = 'res.users.apikeys';
  const created = 'create_date';
  const fields = await findFields(rpc, model, [KEY_ENDS, created], budget);
  if (!fields.ok) return fields;
  if (!fields.value.has(created)) return fail('schema_changed', `${model} shows no ${created}`);
  const lasting: Domain = fields.value.has(KEY_ENDS)
    ? ['|', [KEY_ENDS, '=', false], [KEY_ENDS, '>=', toUtcText(nowMs)]]
    : [];
  const domain: Domain = [['user_id.active', '=', true], ...lasting];
  const active = await searchCount(rpc, model, domain, budget);
  if (!active.ok) return active;
  if (active.value === 0) {
    // Whoever asks by JSON-2 has one.
    return rpc.protocol === 'json2'
      ? fail('schema_changed', `${model} shows no key to a key`)
      : succeed({ active: known(0), oldestAgeSeconds: NO_KEY });
  }
  const oldest = { model, domain, fields: [created], order: created, limit: 1 };
  const found = await searchRead(rpc, oldest, budget);
  if (!found.ok) return found;
  const [first] = found.value;
  // The last one may have been removed meanwhile.
  if (first === undefined) return succeed({ active: known(0), oldestAgeSeconds: NO_KEY });
  const createdMs = fromUtcText(first[created]);
  if (createdMs === undefined) return fail('schema_changed', `${model} has no time at ${created}`);
  const oldestAgeSeconds = known(ageSecondsOf(createdMs, nowMs));
  return succeed({ active: known(active.value), oldestAgeSeconds });
}

const NO_KEY = unknown('empty', 'nobody has an API key');

/** Imports leave nothing behind, and calls of web hooks no more than lines of a log. */
export const TOLD_KINDS = ['message', 'synchronisation'] as const;

/** What could not be sent keeps this state (addons/mail/models/mail_mail.py, addons/sms/models/sms_sms.py). */
const UNSENT: Readonly<Record<string, string>> = { 'mail.mail': 'exception', 'sms.sms': 'error' };
const MAILBOXES = 'fetchmail.server';
/** From 19 on: when collecting began to fail; empty again once it succeeds (addons/mail/models/fetchmail.py). */
const FAILING_SINCE = 'error_date';

/** E-mails and text messages that could not be sent, and mailboxes that could not be collected; in six calls at most. */
export async function readIntegrations(
  rpc: OdooRpc,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const allowed = await requireSettings(rpc, budget);
  if (!allowed.ok) return allowed;
  const installed = await findModels(rpc, [...Object.keys(UNSENT), MAILBOXES], budget);
  if (!installed.ok) return installed;
  const messages = await countUnsent(rpc, installed.value, sinceMs, budget);
  if (!messages.ok) return messages;
  const mailboxes = installed.value.has(MAILBOXES)
    ? await countMailboxes(rpc, sinceMs, budget)
    : succeed(notInstalled(MAILBOXES));
  if (!mailboxes.ok) return mailboxes;
  return succeed([
    { integration: 'message', failures: messages.value },
    { integration: 'synchronisation', failures: mailboxes.value },
  ]);
}

/** Those of the models that installed modules bring. */
async function findModels(
  rpc: OdooRpc,
  names: readonly string[],
  budget: Budget,
): Promise<Outcome<ReadonlySet<unknown>>> {
  const domain: Domain = [['model', 'in', names]];
  const search = { model: 'ir.model', domain, fields: ['model'], order: 'id', limit: names.length };
  const found = await searchRead(rpc, search, budget);
  return found.ok ? succeed(new Set(found.value.map(({ model }) => model))) : found;
}

/** By the time of the last change, which is that of the failure: nobody edits them. */
async function countUnsent(
  rpc: OdooRpc,
  installed: ReadonlySet<unknown>,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  if (!installed.has('mail.mail')) return succeed(notInstalled('mail.mail'));
  let failures = 0;
  for (const [model, state] of Object.entries(UNSENT)) {
    if (!installed.has(model)) continue;
    const domain: Domain = [
      ['state', '=', state],
      ['write_date', '>=', toUtcText(sinceMs)],
    ];
    const count = await searchCount(rpc, model, domain, budget);
    if (!count.ok) return count;
    failures += count.value;
  }
  return succeed(known(failures));
}

/** Each once, however often collecting it failed: its last attempt is within the time, and was none that succeeded. */
async function countMailboxes(
  rpc: OdooRpc,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const fields = await findFields(rpc, MAILBOXES, [FAILING_SINCE], budget);
  if (!fields.ok) return fields;
  if (!fields.value.has(FAILING_SINCE)) return succeed(NO_MAILBOX_ERRORS);
  const domain: Domain = [
    [FAILING_SINCE, '!=', false],
    ['date', '>=', toUtcText(sinceMs)],
  ];
  const count = await searchCount(rpc, MAILBOXES, domain, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

const NO_MAILBOX_ERRORS = unknown(
  'not_supported',
  'Odoo keeps from version 19 on which mailboxes it could not collect',
);

function notInstalled(model: string): Unknown {
  return unknown('not_supported', `no installed module has ${model}`);
}
