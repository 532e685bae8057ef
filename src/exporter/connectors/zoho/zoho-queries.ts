import type { Outcome } from '../../../http/http.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';

/** Takes a query as JSON, and nothing but a query (zoho/crm-oas, v8.0/coql.json). */
export const COQL = '/coql';

/** Some of the records that a query finds. */
export type Page = { readonly records: readonly JsonRecord[]; readonly hasMore: boolean };

export type ZohoQueries = {
  /** What a query finds; undefined when Zoho answers that there is no content. */
  select(query: string, budget: Budget): Promise<Outcome<Page | undefined>>;
  /** How many records of a module fulfil a condition; undefined when Zoho answers that there is no content. */
  count(module: string, where: string, budget: Budget): Promise<Outcome<number | undefined>>;
  /** All records of a module; 0 only where Zoho says so in a number. */
  countAll(module: string, budget: Budget): Promise<Outcome<number>>;
  /** The first records of a module, where it has any. */
  list(module: string, fields: readonly string[], budget: Budget): Promise<Outcome<ApiAnswer>>;
};

/** `lenient` takes 204 for an answer, and `api` does not. */
export function createZohoQueries(api: Api, lenient: Api): ZohoQueries {
  async function select(query: string, budget: Budget): Promise<Outcome<Page | undefined>> {
    const outcome = await lenient.ask(COQL, { select_query: query }, budget);
    if (!outcome.ok) return outcome;
    const { document, answer } = outcome.value;
    if (answer.status === 204) return succeed(undefined);
    const records = recordsAt(document, ['data'], COQL);
    if (!records.ok) return records;
    const hasMore = memberOf(document, 'info', 'more_records');
    if (typeof hasMore === 'boolean') return succeed({ records: records.value, hasMore });
    return fail(
      'schema_changed',
      `${COQL} does not say at info.more_records whether there are more`,
    );
  }

  async function count(
    module: string,
    where: string,
    budget: Budget,
  ): Promise<Outcome<number | undefined>> {
    const page = await select(`select COUNT(id) from ${module} where ${where}`, budget);
    if (!page.ok || page.value === undefined) return page.ok ? succeed(undefined) : page;
    const { records } = page.value;
    const [first] = records;
    return records.length === 1
      ? toCount(first?.['COUNT(id)'], COQL)
      : fail('schema_changed', `${COQL} has ${records.length} totals in place of one`);
  }

  async function countAll(module: string, budget: Budget): Promise<Outcome<number>> {
    const found = await count(module, 'id is not null', budget);
    if (!found.ok) return found;
    if (found.value !== undefined) return succeed(found.value);
    const path = `/${module}/actions/count`;
    const total = await readCount(api, path, budget);
    if (!total.ok || total.value === 0) return total;
    return fail('bad_payload', `${COQL} found nothing although ${path} counts records`);
  }

  return {
    select,
    count,
    countAll,
    async list(module, fields, budget) {
      const some = [...new Set(['id', ...fields])].slice(0, 50).join(',');
      const outcome = await lenient.get(`/${module}?fields=${some}&per_page=100`, budget);
      if (!outcome.ok || outcome.value.answer.status !== 204) return outcome;
      const total = await readCount(api, `/${module}/actions/count`, budget);
      if (!total.ok) return total;
      if (total.value === 0) return outcome;
      return fail('bad_payload', `/${module} answered nothing although it has records`);
    },
  };
}

/** A count that Zoho gives by itself, as {"count": 11}; the specification calls that of users a text. */
export async function readCount(api: Api, path: string, budget: Budget): Promise<Outcome<number>> {
  const outcome = await api.get(path, budget);
  if (!outcome.ok) return outcome;
  return toCount(memberOf(outcome.value.document, 'count'), path);
}

/** A count, which some answers have as a text. */
export function toCount(value: unknown, what: string): Outcome<number> {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return succeed(count);
  return fail('schema_changed', `${what.replace(/\?.*$/, '')} has no count`);
}
