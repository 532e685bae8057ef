import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRepeatGuard } from '../web/repeat-guard.ts';
import { createRowReader, pointersOf } from '../web/row-reader.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { PipedriveApi } from './pipedrive-api.ts';
import { flatten } from './pipedrive-values.ts';

/** The largest page of v2; each costs the same number of tokens, however much is on it. */
const PAGE_SIZE = 500;

type Quality = {
  readonly api: PipedriveApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

type Page = { readonly records: readonly JsonRecord[]; readonly next?: string };

export function pathOfRecords(entity: string, size: number, cursor?: string): string {
  const query = new URLSearchParams({
    limit: String(size),
    // Its cursor names the next identifier then, so records that come or go meanwhile shift nothing.
    sort_by: 'id',
    sort_direction: 'asc',
    ...(cursor === undefined ? {} : { cursor }),
  });
  return `/api/v2/${entity}?${query.toString()}`;
}

export function createScan({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['scan'], undefined> {
  return async (call, name, fields, onPage) => {
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const { entity, sourceOf } = object.value;
    const sources = fields.map((field) => [field, [sourceOf(field)]] as const);
    const reader = createRowReader(pointersOf(Object.fromEntries(sources)), name);
    const budget = startBudget(call, clock);
    const isRepeated = createRepeatGuard();
    let cursor: string | undefined;
    for (;;) {
      const page = await readPage(api, entity, cursor, budget);
      if (!page.ok) return page;
      const { records, next } = page.value;
      const rows = reader.read(records.map((record) => flatten(record, fields.map(sourceOf))));
      if (!rows.ok) return rows;
      if (rows.value.length > 0 && !onPage(rows.value)) return succeed({ complete: false });
      if (next === undefined) {
        const checked = reader.check();
        return checked.ok ? succeed({ complete: true }) : checked;
      }
      if (isRepeated(next)) {
        return fail('schema_changed', `${entity} does not go on after a page of records`);
      }
      cursor = next;
    }
  };
}

async function readPage(
  api: PipedriveApi,
  entity: string,
  cursor: string | undefined,
  budget: Budget,
): Promise<Outcome<Page>> {
  const outcome = await api.get(pathOfRecords(entity, PAGE_SIZE, cursor), budget);
  if (!outcome.ok) return outcome;
  const { document } = outcome.value;
  const records = recordsAt(document, ['data'], entity);
  if (!records.ok) return records;
  // null says that there is no other page.
  const next = memberOf(document, 'additional_data', 'next_cursor');
  if (typeof next === 'string' && next !== '') return succeed({ records: records.value, next });
  // A full page that says nothing about the next one may be the last, or the first of many.
  const isSilent = next === undefined && records.value.length < PAGE_SIZE;
  return next !== null && !isSilent
    ? fail('schema_changed', `${entity} does not say how it goes on`)
    : succeed({ records: records.value });
}
