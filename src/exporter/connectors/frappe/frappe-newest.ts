import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Filter, FrappeApi } from './frappe-api.ts';
import { isDateTime } from './frappe-times.ts';

const PAGE_SIZE = 500;
/** They go into the address of a request. */
const MOST_VALUES = 50;

/**
 * Every value that a field has in the records of a log, with the time of the newest of them as the site writes it.
 * Frappe groups in another way in each version; so what was seen is left out of the next page.
 */
export async function newestOfEach(
  api: FrappeApi,
  log: { readonly doctype: string; readonly field: string; readonly filters: readonly Filter[] },
  budget: Budget,
): Promise<Outcome<Knowable<ReadonlyMap<string, string>>>> {
  const { doctype, field, filters } = log;
  const found = new Map<string, string>();
  for (let before = -1; before < found.size && found.size <= MOST_VALUES;) {
    before = found.size;
    const others: readonly Filter[] =
      found.size === 0 ? [] : [[doctype, field, 'not in', [...found.keys()]]];
    const page = await api.list(
      {
        doctype,
        filters: [...filters, ...others],
        fields: [field, 'creation'],
        size: PAGE_SIZE,
        isNewestFirst: true,
      },
      budget,
    );
    if (!page.ok) return page;
    for (const record of page.value) {
      const { [field]: value, creation } = record;
      if (!isDateTime(creation) || !(value === null || typeof value === 'string')) {
        return fail('schema_changed', `${doctype} shows no ${field} with a time of creation`);
      }
      if (value !== null && !found.has(value)) found.set(value, creation);
    }
    if (page.value.length < PAGE_SIZE) return succeed(known(found));
  }
  return succeed(unknown('too_large', `${doctype} has more than is read of it`));
}
