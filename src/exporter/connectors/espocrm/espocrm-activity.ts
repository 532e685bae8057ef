import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ApiTokenFacts, IntegrationFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import type { Condition, EspocrmApi } from './espocrm-api.ts';
import { since } from './espocrm-times.ts';

const NO_DATE = unknown('not_supported', 'EspoCRM does not keep when a key was made');
const NO_KEY = unknown('empty', 'there is no active user of the API');

/** Users of the API, each of whom has one key; the tokens of people are their sessions, and no keys. */
export async function readApiTokens(
  api: EspocrmApi,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const where: readonly Condition[] = [
    { type: 'isTrue', attribute: 'isActive' },
    { type: 'equals', attribute: 'type', value: 'api' },
  ];
  const active = await api.count('User', where, budget);
  if (!active.ok) return active;
  const isNone = active.value.known && active.value.value === 0;
  return succeed({ active: active.value, oldestAgeSeconds: isNone ? NO_KEY : NO_DATE });
}

const FAILED: Condition = { type: 'equals', attribute: 'status', value: 'Failed' };

/** What failed of the exchange with others, in four or five calls. */
export async function readIntegrations(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const facts: IntegrationFacts[] = [];
  for (const [integration, count] of COUNTS) {
    const failures = await count(api, sinceMs, budget);
    if (!failures.ok) return failures;
    facts.push({ integration, failures: failures.value });
  }
  return succeed(facts);
}

type Count = (
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
) => Promise<Outcome<Knowable<number>>>;

const COUNTS: readonly (readonly [IntegrationFacts['integration'], Count])[] = [
  ['synchronisation', countMailboxes],
  ['import', countImports],
  ['message', countMessages],
  ['webhook', countWebhooks],
];

/** Each mailbox is fetched by a run of its own, which fails with it (Classes/Jobs/CheckInboundEmails.php, CheckEmailAccounts.php). */
function countMailboxes(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const value = ['InboundEmail', 'EmailAccount'];
  const isMailbox: Condition = { type: 'in', attribute: 'targetType', value };
  const where = [FAILED, isMailbox, since('executionTime', sinceMs)];
  return api.count('ScheduledJobLogRecord', where, budget);
}

/** Imports that broke off (Tools/Import/Import.php); one with rows that failed is complete. */
function countImports(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  return api.count('Import', [FAILED, since('createdAt', sinceMs)], budget);
}

const NO_MESSAGES = unknown(
  'empty',
  'no mass e-mail was queued since then, and EspoCRM records no other messages that failed',
);

/** Messages of mass e-mails that were given up, of those queued since then (Modules/Crm/Tools/MassEmail/SendingProcessor.php). */
async function countMessages(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const queue = 'EmailQueueItem';
  const recent = since('createdAt', sinceMs);
  const failed = await api.count(queue, [FAILED, recent], budget);
  if (!failed.ok || !failed.value.known || failed.value.value > 0) return failed;
  const all = await api.count(queue, [recent], budget);
  if (!all.ok || !all.value.known) return all;
  return succeed(all.value.value === 0 ? NO_MESSAGES : known(0));
}

const NO_QUEUE = unknown('not_supported', 'EspoCRM shows the queue of its web hooks from 8.2 on');

/**
 * Deliveries of events since then that were given up, which takes up to four attempts in half an hour; when that was is
 * not kept (Core/Webhook/Queue.php). Asked last, as a version without this queue answers 404.
 */
async function countWebhooks(
  api: EspocrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const failed = await api.count('WebhookQueueItem', [FAILED, since('createdAt', sinceMs)], budget);
  return !failed.ok && failed.failure.reason === 'not_found' ? succeed(NO_QUEUE) : failed;
}
