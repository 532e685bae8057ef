import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ApiTokenFacts, IntegrationFacts } from '../connector.ts';
import { ageSecondsOf } from '../web/age.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { memberOf } from '../web/shapes.ts';
import { unknownApiTokens } from '../web/unknown-facts.ts';
import { toUtcText } from '../web/utc-text.ts';
import type { Condition, SuitecrmApi } from './suitecrm-api.ts';
import { FAILED_JOBS, JOBS } from './suitecrm-schedules.ts';
import { toIsoTime } from './suitecrm-times.ts';

const CLIENTS = 'OAuth2Clients';
const MADE_AT = 'date_entered';

const NO_CLIENTS = unknownApiTokens(
  unknown('not_permitted', 'SuiteCRM does not even list the client that asks'),
);

/**
 * Clients of the API, which are valid until they are deleted: the tokens that they get live for an hour or so. The module
 * knows no access control, and its secrets are not shown (modules/OAuth2Clients/vardefs.php).
 */
export async function readApiTokens(
  api: SuitecrmApi,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<ApiTokenFacts>> {
  const active = await api.count(CLIENTS, [], budget);
  if (!active.ok) return active;
  if (active.value === 0) return succeed(NO_CLIENTS);
  const found = await api.list(
    { module: CLIENTS, where: [], fields: [MADE_AT], size: 1, sort: MADE_AT },
    budget,
  );
  if (!found.ok) return found;
  const madeAt = toIsoTime(memberOf(found.value[0], 'attributes', MADE_AT));
  if (madeAt === undefined) return fail('schema_changed', `${CLIENTS} has no time at ${MADE_AT}`);
  const oldestAgeSeconds = ageSecondsOf(Date.parse(madeAt), nowMs);
  return succeed({ active: known(active.value), oldestAgeSeconds: known(oldestAgeSeconds) });
}

type Source = {
  readonly integration: IntegrationFacts['integration'];
  readonly module: string;
  readonly failures: readonly Condition[];
  /** What has to be there for no failure to mean anything. */
  readonly attempts: readonly Condition[];
  readonly changedAt: string;
  readonly nothing: string;
};

const CALENDAR_JOB: Condition = {
  field: 'target',
  operator: 'eq',
  value: 'function::calendarSyncJob',
};
const ofActivity = (value: string): Condition => ({
  field: 'activity_type',
  operator: 'eq',
  value,
});

/** Neither module knows access control, so that what is counted is all of it. */
const SOURCES: readonly Source[] = [
  {
    // From 7.15 and 8.10 on; before, such a job succeeds whatever happens (modules/Schedulers/_AddJobsHere.php).
    integration: 'synchronisation',
    module: JOBS,
    failures: [CALENDAR_JOB, ...FAILED_JOBS],
    attempts: [CALENDAR_JOB, { field: 'status', operator: 'eq', value: 'done' }],
    changedAt: 'date_modified',
    nothing: 'no synchronisation of calendars ended since then, and SuiteCRM records no other',
  },
  {
    // EmailMan::set_as_sent; from 8.9 on core/modules/Campaigns/Service/Email/Queue/DefaultEmailQueueProcessor.php.
    integration: 'message',
    module: 'CampaignLog',
    failures: [ofActivity('send error')],
    attempts: [ofActivity('targeted')],
    changedAt: 'activity_date',
    nothing: 'no e-mail of a campaign was sent since then, and SuiteCRM records no other',
  },
];

/** Synchronisation of calendars and e-mails of campaigns that failed: one call for each, and another where none did. */
export async function readIntegrations(
  api: SuitecrmApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const facts: IntegrationFacts[] = [];
  for (const source of SOURCES) {
    const failures = await countFailures(api, source, { sinceMs, budget });
    if (!failures.ok) return failures;
    facts.push({ integration: source.integration, failures: failures.value });
  }
  return succeed(facts);
}

async function countFailures(
  api: SuitecrmApi,
  { module, failures, attempts, changedAt, nothing }: Source,
  { sinceMs, budget }: { readonly sinceMs: number; readonly budget: Budget },
): Promise<Outcome<Knowable<number>>> {
  const value = toUtcText(sinceMs);
  const since: Condition = { field: changedAt, operator: 'gte', value };
  const failed = await api.count(module, [...failures, since], budget);
  if (!failed.ok || failed.value > 0) return failed.ok ? succeed(known(failed.value)) : failed;
  const all = await api.count(module, [...attempts, since], budget);
  if (!all.ok) return all;
  return succeed(all.value === 0 ? unknown('empty', nothing) : known(0));
}
