import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { IntegrationFacts, LoginCounts } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Filter, FrappeApi } from './frappe-api.ts';
import { newestOfEach } from './frappe-newest.ts';
import { toFrappeTime } from './frappe-times.ts';

const REASON_IN_WORDS = unknown(
  'not_supported',
  'Frappe writes why a log-in failed in words alone, the same for a wrong name and a wrong password',
);

/**
 * Log-ins with a password: `LoginManager` in frappe/auth.py writes an entry for each that fails, and `login_feed` in
 * activity_log/feed.py one for each that succeeds.
 */
export async function readLogins(
  api: FrappeApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<LoginCounts>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const log = 'Activity Log';
  const byStatus = (status: string): Promise<Outcome<number>> =>
    api.count(
      log,
      [
        [log, 'operation', '=', 'Login'],
        [log, 'status', '=', status],
        [log, 'creation', '>=', toFrappeTime(sinceMs, zone.value)],
      ],
      budget,
    );
  const failed = await byStatus('Failed');
  if (!failed.ok) return failed;
  const succeeded = await byStatus('Success');
  if (!succeeded.ok) return succeeded;
  return succeed({
    failed: known(failed.value),
    succeeded: known(succeeded.value),
    failedByReason: REASON_IN_WORDS,
  });
}

/** What each kind leaves behind when it fails; an attempt that is made again is counted again. */
const FAILED: Readonly<
  Record<
    Exclude<IntegrationFacts['integration'], 'import'>,
    { readonly doctype: string; readonly failure: Filter; readonly time: string }
  >
> = {
  // `log_request` in frappe/integrations/doctype/webhook: the trace of the error, where there was one.
  webhook: {
    doctype: 'Webhook Request Log',
    failure: ['Webhook Request Log', 'error', 'is', 'set'],
    time: 'creation',
  },
  // The status changes when sending is given up. `Expired` is of Frappe 14 alone.
  message: {
    doctype: 'Email Queue',
    failure: ['Email Queue', 'status', 'in', ['Error', 'Expired']],
    time: 'modified',
  },
  synchronisation: {
    doctype: 'Integration Request',
    failure: ['Integration Request', 'status', '=', 'Failed'],
    time: 'modified',
  },
};

export async function readIntegrations(
  api: FrappeApi,
  sinceMs: number,
  budget: Budget,
): Promise<Outcome<readonly IntegrationFacts[]>> {
  const zone = await api.timeZone(budget);
  if (!zone.ok) return zone;
  const since = toFrappeTime(sinceMs, zone.value);
  const imports = await countFailedImports(api, since, budget);
  if (!imports.ok) return imports;
  const facts: IntegrationFacts[] = [{ integration: 'import', failures: imports.value }];
  for (const integration of ['webhook', 'message', 'synchronisation'] as const) {
    const { doctype, failure, time } = FAILED[integration];
    const count = await api.count(doctype, [failure, [doctype, time, '>=', since]], budget);
    if (!count.ok) return count;
    facts.push({ integration, failures: known(count.value) });
  }
  return succeed(facts);
}

const MOST_BROKEN = 500;

/**
 * Imports of which a row failed, and those that broke off. One of which every row failed is `Pending` again
 * (`import_data` in frappe/core/doctype/data_import/importer.py), so that the log of its rows has to be read.
 */
async function countFailedImports(
  api: FrappeApi,
  since: string,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const log = 'Data Import Log';
  const failed: readonly Filter[] = [
    [log, 'success', '=', 0],
    [log, 'creation', '>=', since],
  ];
  const rows = await newestOfEach(
    api,
    { doctype: log, field: 'data_import', filters: failed },
    budget,
  );
  if (!rows.ok) return rows;
  if (!rows.value.known) return succeed(rows.value);
  const doctype = 'Data Import';
  const ended: readonly Filter[] = [
    [doctype, 'status', 'in', ['Error', 'Timed Out']],
    [doctype, 'modified', '>=', since],
  ];
  const broken = await api.list({ doctype, filters: ended, fields: [], size: MOST_BROKEN }, budget);
  if (!broken.ok) return broken;
  if (broken.value.length === MOST_BROKEN) {
    return succeed(unknown('too_large', `${MOST_BROKEN} imports or more broke off`));
  }
  const imports = new Set<unknown>(rows.value.value.keys());
  for (const { name } of broken.value) {
    if (typeof name !== 'string') return fail('schema_changed', `${doctype} shows no name`);
    imports.add(name);
  }
  return succeed(known(imports.size));
}
