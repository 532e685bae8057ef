import type { Outcome } from '../../../http/http.ts';
import type { Connector, DataRow, ScalarValue } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { findObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader, pointersOf } from '../web/row-reader.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { nextAfter } from './vtiger-api.ts';
import type { Search, VtigerApi } from './vtiger-api.ts';
import type { Quality } from './vtiger-quality.ts';
import { isZeroDate, toIsoTime } from './vtiger-times.ts';

/** Pages by rising number of the record, so that records which come or go meanwhile shift nothing. */
export function createScan({
  api,
  objects,
  clock,
  utcOffsetMinutes,
}: Quality): Exclude<Connector['scan'], undefined> {
  return async (call, name, fields, onPage) => {
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const { entity: module, sourceOf } = object.value;
    const sources = Object.fromEntries(fields.map((field) => [field, [sourceOf(field)]]));
    const reader = createRowReader(pointersOf(sources), name);
    const budget = startBudget(call, clock);
    const toPlainRow = (row: DataRow): DataRow =>
      Object.fromEntries(
        Object.entries(row).map(([field, value]) => [field, toPlainValue(value, utcOffsetMinutes)]),
      );
    const search = { module, fields: fields.map(sourceOf) };
    let after: string | undefined;
    for (;;) {
      const wanted = { ...search, ...(after === undefined ? {} : { after }) };
      const page = await readNext(api, wanted, budget);
      if (!page.ok) return page;
      if (page.value.length === 0) {
        const checked = reader.check();
        return checked.ok ? succeed({ complete: true }) : checked;
      }
      const rows = reader.read(page.value);
      if (!rows.ok) return rows;
      if (!onPage(rows.value.map(toPlainRow))) return succeed({ complete: false });
      after = nextAfter(page.value, after);
      if (after === undefined) {
        return fail('schema_changed', `${module} does not go on after a page of records`);
      }
    }
  };
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

function toPlainValue(value: ScalarValue, utcOffsetMinutes: number): ScalarValue {
  if (typeof value !== 'string') return value;
  return isZeroDate(value) ? null : (toIsoTime(value, utcOffsetMinutes) ?? value);
}
