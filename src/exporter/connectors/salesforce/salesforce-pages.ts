import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { pageByKey } from '../web/scan-pages.ts';
import type { Page, ReadPage } from '../web/scan-pages.ts';
import type { Soql } from './salesforce-api.ts';

/** The most that one answer holds; of wide records Salesforce sends fewer, and says that it is not done. */
const PAGE_SIZE = 2000;
/** Nothing else goes into a query. */
const IDENTIFIER = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/;

export type PageSource = {
  readonly entity: string;
  /** Besides the identifier. */
  readonly fields: readonly string[];
  readonly condition?: string;
};

type IdentifiedPage = Page<string> & { readonly ids: readonly string[] };

/** Reads records by rising identifier, so that records which come or go meanwhile shift nothing. */
export function openPages(
  soql: Soql,
  { entity, fields, condition }: PageSource,
  budget: Budget,
): ReadPage<string, IdentifiedPage> {
  return async (after) => {
    const conditions = [condition, after === undefined ? undefined : `Id > '${after}'`];
    const where = conditions.filter((each) => each !== undefined).join(' AND ');
    const answer = await soql.query(
      `SELECT ${['Id', ...fields].join(', ')} FROM ${entity}` +
        `${where === '' ? '' : ` WHERE ${where}`} ORDER BY Id LIMIT ${PAGE_SIZE}`,
      budget,
    );
    if (!answer.ok) return answer;
    const { records, isDone } = answer.value;
    const ids = records.flatMap(({ Id: id }) => (isIdentifier(id) ? [id] : []));
    if (ids.length < records.length) {
      return fail('schema_changed', `${entity} has a record without an identifier`);
    }
    const hasMore = !isDone || records.length >= PAGE_SIZE;
    const found = { entity, records, size: records.length, hasMore, after };
    const page = pageByKey({ ...found, keyOf: () => ids.at(-1) });
    return succeed({ ...page, ids });
  };
}

/** Whether a value is the identifier of a record, and so may stand in a query. */
export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && IDENTIFIER.test(value);
}
