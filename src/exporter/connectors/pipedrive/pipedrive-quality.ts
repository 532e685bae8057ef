import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import type { ApiObjects } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRepeatGuard } from '../web/repeat-guard.ts';
import { NO_MORE, createScanning, goOn } from '../web/scan-pages.ts';
import type { ReadPage, Scan } from '../web/scan-pages.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { PipedriveApi } from './pipedrive-api.ts';
import { flatten } from './pipedrive-values.ts';

/** The largest page of v2; each costs the same number of tokens, however much is on it. */
export const PAGE_SIZE = 500;

export type Quality = {
  readonly api: PipedriveApi;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

type Page = { readonly records: readonly JsonRecord[]; readonly next?: string };

/** Which records of an entity are asked for; they come by rising identifier. */
type Asked = {
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** By falling identifier instead. */
  readonly newestFirst?: boolean;
  /** These alone; who does not exist or is not visible is left out of the answer. At most 100. */
  readonly ids?: readonly number[];
};

export function pathOfRecords(entity: string, asked: Asked): string {
  const { limit, cursor, newestFirst = false, ids } = asked;
  const query = new URLSearchParams({
    limit: String(limit),
    // Its cursor names the next identifier then, so records that come or go meanwhile shift nothing.
    sort_by: 'id',
    sort_direction: newestFirst ? 'desc' : 'asc',
    ...(cursor === undefined ? {} : { cursor }),
    ...(ids === undefined ? {} : { ids: ids.join(',') }),
  });
  return `/api/v2/${entity}?${query.toString()}`;
}

export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, ({ object: { entity }, sources, budget }) => {
    const pages = createScanPages({ api, entity, budget });
    return succeed({ readPage: withFlatRecords(pages, sources) });
  });
}

/** The same pages, of records with these fields alone, as rows have them. */
export function withFlatRecords(
  readPage: ReadPage<string>,
  sources: readonly string[],
): ReadPage<string> {
  return async (after) => {
    const page = await readPage(after);
    if (!page.ok) return page;
    const { records, next } = page.value;
    return succeed({ records: records.map((record) => flatten(record, sources)), next });
  };
}

/** Pages of all records, as the platform writes them, each behind the cursor that the one before has told. */
export function createScanPages({
  api,
  entity,
  budget,
  newestFirst = false,
}: {
  readonly api: PipedriveApi;
  readonly entity: string;
  readonly budget: Budget;
  readonly newestFirst?: boolean;
}): ReadPage<string> {
  const isRepeated = createRepeatGuard();
  return async (after) => {
    const asked = { limit: PAGE_SIZE, newestFirst, cursor: after };
    const page = await readRecords(api, entity, asked, budget);
    if (!page.ok) return page;
    const { records, next: cursor } = page.value;
    if (cursor === undefined) return succeed({ records, next: NO_MORE });
    const way = isRepeated(cursor) ? undefined : cursor;
    return succeed({ records, next: goOn(entity, 'a page of records', way) });
  };
}

export async function readRecords(
  api: PipedriveApi,
  entity: string,
  asked: Asked,
  budget: Budget,
): Promise<Outcome<Page>> {
  const outcome = await api.get(pathOfRecords(entity, asked), budget);
  if (!outcome.ok) return outcome;
  const { document } = outcome.value;
  const records = recordsAt(document, ['data'], entity);
  if (!records.ok) return records;
  // null says that there is no other page.
  const next = memberOf(document, 'additional_data', 'next_cursor');
  if (typeof next === 'string' && next !== '') return succeed({ records: records.value, next });
  // A full page that says nothing about the next one may be the last, or the first of many.
  const isSilent = next === undefined && records.value.length < asked.limit;
  return next !== null && !isSilent
    ? fail('schema_changed', `${entity} does not say how it goes on`)
    : succeed({ records: records.value });
}
