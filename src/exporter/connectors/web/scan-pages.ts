import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Connector, DataRow } from '../connector.ts';
import { startBudget } from './budget.ts';
import type { Budget } from './budget.ts';
import { findObject } from './object-options.ts';
import type { ApiObjects, FoundObject } from './object-options.ts';
import { fail, succeed } from './outcomes.ts';
import { createRowReader, pointersOf } from './row-reader.ts';
import type { RowReader } from './row-reader.ts';
import type { JsonRecord } from './shapes.ts';

export type Scan = Exclude<Connector['scan'], undefined>;

export type Page<Cursor> = {
  readonly records: readonly JsonRecord[];
  /** Leads to the page behind this one; undefined on the last. A failure counts after the records of this page. */
  readonly next: Outcome<Cursor | undefined>;
};

/** Reads the first page, or the one behind a cursor. */
export type ReadPage<Cursor, Read extends Page<Cursor> = Page<Cursor>> = (
  after: Cursor | undefined,
) => Promise<Outcome<Read>>;

/** The way on from the last page. */
export const NO_MORE: Outcome<undefined> = succeed(undefined);

/** The way on from a page; undefined where it names none that leads on. `passed` is what was read, such as "a page of records". */
export function goOn<Cursor>(
  entity: string,
  passed: string,
  cursor: Cursor | undefined,
): Outcome<Cursor> {
  return cursor === undefined
    ? fail('schema_changed', `${entity} does not go on after ${passed}`)
    : succeed(cursor);
}

type ReadRecords<Key> = {
  readonly entity: string;
  readonly records: readonly JsonRecord[];
  /** Records of a full page. */
  readonly size: number;
  /** Where the platform says it itself; without it, a page that is not full is the last. */
  readonly hasMore?: boolean;
  readonly after: Key | undefined;
  /** Undefined for what is no key. */
  readonly keyOf: (record: JsonRecord) => Key | undefined;
};

/** A page behind which those records follow whose key is larger than that of its last. */
export function pageByKey<Key>({
  entity,
  records,
  size,
  hasMore = records.length >= size,
  after,
  keyOf,
}: ReadRecords<Key>): Page<Key> {
  if (!hasMore) return { records, next: NO_MORE };
  const last = records.at(-1);
  const key = last === undefined ? undefined : keyOf(last);
  // The key of the page before would lead to this one for ever.
  return { records, next: goOn(entity, `${size} records`, key === after ? undefined : key) };
}

/** The `id` of a record, where it is a text. */
export function textIdOf({ id }: JsonRecord): string | undefined {
  return typeof id === 'string' ? id : undefined;
}

/** The `id` of a record, where it is a number beyond the one that was asked after. */
export function numberIdBeyond(after: number): (record: JsonRecord) => number | undefined {
  return ({ id }) => (typeof id === 'number' && id > after ? id : undefined);
}

/** Reads page after page until the last, or, incomplete, until `onPage` answers false; it sees no page without records. */
export async function walkPages<Cursor, Read extends Page<Cursor>>(
  readPage: ReadPage<Cursor, Read>,
  onPage: (page: Read) => Outcome<boolean>,
): Promise<Outcome<{ readonly complete: boolean }>> {
  let after: Cursor | undefined;
  for (;;) {
    const page = await readPage(after);
    if (!page.ok) return page;
    if (page.value.records.length > 0) {
      const wantsMore = onPage(page.value);
      if (!wantsMore.ok) return wantsMore;
      if (!wantsMore.value) return succeed({ complete: false });
    }
    const { next } = page.value;
    if (!next.ok) return next;
    if (next.value === undefined) return succeed({ complete: true });
    after = next.value;
  }
}

/** The pages of one scan. */
export type ScanPages<Cursor> = {
  readonly readPage: ReadPage<Cursor>;
  readonly reader: RowReader<JsonRecord>;
  /** Makes plain what the reader left as the platform writes it. */
  readonly toRow?: (row: DataRow) => DataRow;
  readonly onPage: Parameters<Scan>[3];
};

/** Hands over the rows of all pages, and ends early when `onPage` answers false. */
export async function scanPages<Cursor>({
  readPage,
  reader,
  toRow,
  onPage,
}: ScanPages<Cursor>): ReturnType<Scan> {
  const scanned = await walkPages(readPage, ({ records }) => {
    const rows = reader.read(records);
    if (!rows.ok) return rows;
    return succeed(onPage(toRow === undefined ? rows.value : rows.value.map(toRow)));
  });
  if (!scanned.ok || !scanned.value.complete) return scanned;
  const checked = reader.check();
  return checked.ok ? scanned : checked;
}

/** An object that is scanned, with its time. */
export type AskedScan = {
  readonly object: FoundObject;
  /** The names that rows shall have. */
  readonly fields: readonly string[];
  /** The same fields as the platform names them, in the same order. */
  readonly sources: readonly string[];
  readonly budget: Budget;
};

export type ScanPlan<Cursor> = Pick<ScanPages<Cursor>, 'readPage' | 'toRow'> & {
  /** Where in a record a field of the platform stands; the member of its name where it is left out. */
  readonly placeOf?: (source: string) => readonly string[];
};

/**
 * `scan` of platforms whose records hold their fields at fixed places.
 * @param prepare gives what reads the pages of one call, after what they have in common was asked.
 */
export function createScanning<Cursor>(
  { objects, clock }: { readonly objects: ApiObjects; readonly clock: Clock },
  prepare: (asked: AskedScan) => Outcome<ScanPlan<Cursor>> | Promise<Outcome<ScanPlan<Cursor>>>,
): Scan {
  return async (call, name, fields, onPage) => {
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const { sourceOf } = object.value;
    const budget = startBudget(call, clock);
    const sources = fields.map(sourceOf);
    const plan = await prepare({ object: object.value, fields, sources, budget });
    if (!plan.ok) return plan;
    const { placeOf = (source) => [source], ...pages } = plan.value;
    const places = fields.map((field) => [field, placeOf(sourceOf(field))] as const);
    const reader = createRowReader(pointersOf(Object.fromEntries(places)), name);
    return scanPages({ ...pages, reader, onPage });
  };
}
