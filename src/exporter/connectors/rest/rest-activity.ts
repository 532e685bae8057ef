import { INTEGRATION_KINDS } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { AuditFacts, Connector, IntegrationFacts, JobFacts } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { withoutQuery } from '../web/exchange.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { unlessOff } from '../web/unknown-facts.ts';
import { readList } from './lists.ts';
import { tallyAudit, tallyFailures, tallyLogins } from './log-tallies.ts';
import type { RestContext } from './rest-context.ts';
import type { AuditOptions, IntegrationOptions, JobOptions, ListOptions } from './rest-options.ts';
import { tallyJobs, tallyTokens, tallyUsers, tallyWhere } from './tallies.ts';
import { isComparable, isOneOf } from './tally.ts';
import type { Tally } from './tally.ts';

type ActivityMethods = Pick<
  Connector,
  'jobs' | 'logins' | 'accounts' | 'auditTrail' | 'apiTokens' | 'integrations'
>;

/** Everything that is counted in lists, as whoever may see them. A section that is left out is an absent method. */
export function createActivityMethods(context: RestContext): ActivityMethods {
  const { options, dependencies } = context;
  const { clock } = dependencies;
  const { jobs, logins, users, audit, tokens, integrations = {} } = options;
  return {
    ...(jobs === undefined
      ? {}
      : { jobs: (call, nowMs) => readJobs(context, jobs, nowMs, startBudget(call, clock)) }),
    ...(logins === undefined
      ? {}
      : {
          logins: (call, sinceMs) =>
            tally(
              context,
              { ...logins, path: pathSince(logins.path, sinceMs) },
              startBudget(call, clock),
              tallyLogins(logins, sinceMs),
            ),
        }),
    ...(users === undefined
      ? {}
      : {
          accounts: (call) =>
            tally(context, users, startBudget(call, clock), tallyUsers(users, clock.now())),
        }),
    ...(audit === undefined
      ? {}
      : {
          auditTrail: (call, sinceMs) =>
            readAudit(context, audit, sinceMs, startBudget(call, clock)),
        }),
    ...(tokens === undefined
      ? {}
      : {
          apiTokens: (call, nowMs) =>
            tally(context, tokens, startBudget(call, clock), tallyTokens(tokens, nowMs)),
        }),
    ...(Object.keys(integrations).length === 0
      ? {}
      : {
          integrations: (call, sinceMs) =>
            readIntegrations(context, integrations, sinceMs, startBudget(call, clock)),
        }),
  };
}

function pathSince(path: string, sinceMs: number): string {
  return path
    .replaceAll('{since}', encodeURIComponent(new Date(sinceMs).toISOString()))
    .replaceAll('{since_seconds}', String(Math.floor(sinceMs / 1000)));
}

/** Counts a whole list; a part of one would pass for the whole. */
async function tally<T>(
  { requests }: RestContext,
  list: ListOptions,
  budget: Budget,
  counter: Tally<T>,
): Promise<Outcome<T>> {
  let refused: Outcome<undefined> = succeed(undefined);
  const outcome = await readList(list, list.path, requests.security, budget, (items) => {
    refused = counter.add(items);
    return refused.ok;
  });
  if (!outcome.ok) return outcome;
  if (!refused.ok) return refused;
  if (outcome.value.complete) return succeed(counter.result());
  return fail(
    'bad_payload',
    `${withoutQuery(list.path)} ended before the number of records that it told`,
  );
}

const NO_SCHEDULES = unknown('not_configured', 'the configuration has no jobs.schedules');

async function readJobs(
  context: RestContext,
  options: JobOptions,
  nowMs: number,
  budget: Budget,
): Promise<Outcome<JobFacts>> {
  const jobs = await tally(context, options, budget, tallyJobs(options, nowMs));
  if (!jobs.ok) return jobs;
  const { schedules } = options;
  if (schedules === undefined) return succeed({ ...jobs.value, failedSchedules: NO_SCHEDULES });
  const counter = tallyWhere('a schedule', schedules.failed);
  const failed = await tally(context, schedules, budget, counter);
  return failed.ok ? succeed({ ...jobs.value, failedSchedules: known(failed.value) }) : failed;
}

async function readAudit(
  context: RestContext,
  options: AuditOptions,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<AuditFacts>> {
  const list = { ...options, path: pathSince(options.path, sinceMs) };
  const counts = await tally(context, list, budget, tallyAudit(options, sinceMs));
  if (!counts.ok) return counts;
  const isRecording = await readEnabled(context, options.enabled, budget);
  if (!isRecording.ok) return isRecording;
  return succeed(unlessOff({ isRecording: isRecording.value, ...counts.value }));
}

async function readEnabled(
  { requests }: RestContext,
  enabled: AuditOptions['enabled'],
  budget: Budget,
): Promise<Outcome<Knowable<boolean>>> {
  if (enabled === undefined) {
    return succeed(unknown('not_configured', 'the configuration has no audit.enabled'));
  }
  const answer = await requests.security.get(enabled.path, budget);
  if (!answer.ok) return answer;
  const found = valueAt(answer.value.document, enabled.pointer);
  if (found === null || !isComparable(found, enabled.values)) {
    const place = `${withoutQuery(enabled.path)} says nothing usable at ${enabled.pointer.text}`;
    return fail('schema_changed', place);
  }
  return succeed(known(isOneOf(found, enabled.values)));
}

async function readIntegrations(
  context: RestContext,
  options: IntegrationOptions,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const facts: IntegrationFacts[] = [];
  for (const integration of INTEGRATION_KINDS) {
    const failures = options[integration];
    if (failures === undefined) continue;
    const list = { ...failures, path: pathSince(failures.path, sinceMs) };
    const count = await tally(context, list, budget, tallyFailures(failures, sinceMs));
    if (!count.ok) return count;
    facts.push({ integration, failures: known(count.value) });
  }
  return succeed(facts);
}
