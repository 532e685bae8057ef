import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { IntegrationFacts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { unknownIntegrations } from '../web/unknown-facts.ts';
import type { SalesforceApi } from './salesforce-api.ts';
import { readPermissions } from './salesforce-permissions.ts';
import { isBeyondKept, toTimeMs } from './salesforce-values.ts';
import type { Window } from './salesforce-values.ts';

/** Bulk API and Bulk API 2.0 Limits and Allocations, "Batch and job lifespan". */
const KEPT_DAYS = 7;
const NOT_KEPT = unknown('too_large', `bulk jobs are kept for ${KEPT_DAYS} days`);

/** Of 1,000 jobs each. */
const MOST_PAGES = 10;
const LOCATOR = /^\?queryLocator=[\w.%+=-]{1,200}$/;

/** Jobs of the first Bulk API may read records; those are no imports. */
const READS = ['query', 'queryAll'];

/** To watch these jobs takes both (Salesforce Help, "Monitor Bulk Data Load Jobs"). */
const RIGHTS = ['ManageDataIntegrations', 'ViewSetup'] as const;
const NOT_ALL_JOBS = unknown(
  'not_permitted',
  'the user lacks Manage Data Integrations or View Setup and Configuration',
);

/**
 * Imports over the Bulk APIs that ended as Failed since a time. They are listed in no order, up to seven days after their
 * end, and cannot be filtered by state: all of them are looked at. Of each the list tells its state and end alone, so that
 * one which went through without some of its records is not seen. Source: Bulk API 2.0 Developer Guide, "Get Information
 * About All Ingest Jobs". What became of outbound messages is shown in the set-up alone.
 */
export async function readIntegrations(
  { api, root, system }: SalesforceApi,
  window: Window,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  if (isBeyondKept(window, KEPT_DAYS)) return succeed(unknownIntegrations(['import'], NOT_KEPT));
  const granted = await readPermissions(system, RIGHTS, budget);
  if (!granted.ok) return granted;
  if (granted.value.size < RIGHTS.length) {
    return succeed(unknownIntegrations(['import'], NOT_ALL_JOBS));
  }
  const path = `${root}/jobs/ingest`;
  let failures = 0;
  let next: string | undefined = path;
  for (let page = 0; next !== undefined; page += 1) {
    if (page === MOST_PAGES) {
      const tooMany = unknown('too_large', `there are more than ${MOST_PAGES},000 jobs`);
      return succeed(unknownIntegrations(['import'], tooMany));
    }
    const outcome = await api.get(next, budget);
    if (!outcome.ok) return outcome;
    const { document } = outcome.value;
    const jobs = recordsAt(document, ['records'], `GET ${path}`);
    if (!jobs.ok) return jobs;
    const failed = countFailed(jobs.value, window.sinceMs);
    if (!failed.ok) return failed;
    failures += failed.value;
    const following = nextOf(document, path);
    if (!following.ok) return following;
    next = following.value;
  }
  return succeed([{ integration: 'import', failures: known(failures) }]);
}

function countFailed(jobs: readonly JsonRecord[], sinceMs: number): Outcome<number> {
  let failed = 0;
  for (const { state, operation, systemModstamp: ended } of jobs) {
    if (typeof state !== 'string') return fail('schema_changed', 'a bulk job has no state');
    if (state !== 'Failed' || READS.includes(String(operation))) continue;
    const endedMs = toTimeMs(ended);
    if (endedMs === undefined) {
      return fail('schema_changed', 'a bulk job has no time at systemModstamp');
    }
    if (endedMs >= sinceMs) failed += 1;
  }
  return succeed(failed);
}

/** The path of the next page, which may lead nowhere else; undefined after the last. */
function nextOf(document: unknown, path: string): Outcome<string | undefined> {
  const isDone = memberOf(document, 'done');
  if (isDone === true) return succeed(undefined);
  const url = memberOf(document, 'nextRecordsUrl');
  const isOwn = typeof url === 'string' && url.startsWith(path);
  if (isDone !== false || !isOwn || !LOCATOR.test(url.slice(path.length))) {
    return fail('schema_changed', `GET ${path} does not say how it goes on`);
  }
  return succeed(url);
}
