import type { Outcome } from '../../../http/http.ts';
import type { DataRow, ScalarValue } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { NO_MORE, createScanning, goOn } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { nextAfter } from './vtiger-api.ts';
import type { Search, VtigerApi } from './vtiger-api.ts';
import type { Quality } from './vtiger-quality.ts';
import { isZeroDate, toIsoTime } from './vtiger-times.ts';

/** Pages by rising number of the record, so that records which come or go meanwhile shift nothing. */
export function createScan({ api, utcOffsetMinutes, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity: module }, sources: fields, budget }) =>
    succeed({
      toRow: (row) => toPlainRow(row, utcOffsetMinutes),
      async readPage(after?: string) {
        const search = { module, fields, ...(after === undefined ? {} : { after }) };
        const page = await readNext(api, search, budget);
        if (!page.ok) return page;
        const records = page.value;
        const isEnd = records.length === 0;
        const next = isEnd ? NO_MORE : goOn(module, 'a page of records', nextAfter(records, after));
        return succeed({ records, next });
      },
    }),
  );
}

/**
 * The next page, empty at the end alone. Records that the identity may not see are taken out of a page
 * (VtigerModuleOperation::query), which can leave nothing of one: so it is the end where the newest page has nothing either.
 */
async function readNext(
  api: VtigerApi,
  search: Search,
  budget: Budget,
): Promise<Outcome<readonly JsonRecord[]>> {
  const page = await api.list(search, budget);
  if (!page.ok || page.value.length > 0) return page;
  const newest = await api.list({ ...search, fields: [], isNewestFirst: true }, budget);
  if (!newest.ok || newest.value.length === 0) return newest;
  // They may have come in between.
  const again = await api.list(search, budget);
  return again.ok && again.value.length === 0
    ? fail('authorization', `the identity may see no record of a whole page of ${search.module}`)
    : again;
}

function toPlainRow(row: DataRow, utcOffsetMinutes: number): DataRow {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, toPlainValue(value, utcOffsetMinutes)]),
  );
}

function toPlainValue(value: ScalarValue, utcOffsetMinutes: number): ScalarValue {
  if (typeof value !== 'string') return value;
  return isZeroDate(value) ? null : (toIsoTime(value, utcOffsetMinutes) ?? value);
}
