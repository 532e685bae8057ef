import type { Outcome } from '../../../http/http.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { withoutQuery } from '../web/exchange.ts';
import type { ApiAnswer } from '../web/request.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ListOptions } from './rest-options.ts';

/** More pages than this mean that the server ignores the page parameter. */
const PAGE_LIMIT = 100_000;

/**
 * Reads a list page by page until its end, or until `onItems` returns false. The end is where "total" says, or
 * else the first page that is not full; a page that repeats after the end would otherwise never stop.
 */
export async function readList(
  list: ListOptions,
  path: string,
  api: Pick<Api, 'get'>,
  budget: Budget,
  onItems: (items: readonly unknown[]) => boolean,
): Promise<Outcome<{ readonly complete: boolean }>> {
  let read = 0;
  for (let page = 0; page < PAGE_LIMIT; page++) {
    const outcome = await api.get(pagePath(list, path, { page, read }), budget);
    if (!outcome.ok) {
      const isEmpty = list.empty_is_404 && outcome.failure.reason === 'not_found' && read === 0;
      return isEmpty ? succeed({ complete: true }) : outcome;
    }
    const found = readPage(list, path, outcome.value);
    if (!found.ok) return found;
    const { items, total } = found.value;
    read += items.length;
    if (items.length > 0 && !onItems(items)) return succeed({ complete: false });
    if (total !== undefined && read >= total) return succeed({ complete: true });
    if (items.length === 0) return succeed({ complete: total === undefined });
    const isFull = list.paging !== undefined && items.length >= list.paging.size;
    if (!isFull && total === undefined) return succeed({ complete: true });
    if (list.paging === undefined) return succeed({ complete: false });
  }
  return fail('schema_changed', `${withoutQuery(path)} has no last page`);
}

/** Records to skip are those that were read, which also fits a server that gives fewer than it was asked for. */
function pagePath(
  { paging }: ListOptions,
  path: string,
  { page, read }: { readonly page: number; readonly read: number },
): string {
  if (paging === undefined) return path;
  const { page_parameter: pageParameter, offset_parameter: offset, first_page: first } = paging;
  const query = new URLSearchParams(
    offset === undefined ? { [pageParameter]: String(page + first) } : { [offset]: String(read) },
  );
  if (paging.size_parameter !== undefined) query.set(paging.size_parameter, String(paging.size));
  return `${path}${path.includes('?') ? '&' : '?'}${query.toString()}`;
}

function readPage(
  list: ListOptions,
  path: string,
  { document }: ApiAnswer,
): Outcome<{ readonly items: readonly unknown[]; readonly total: number | undefined }> {
  const place = withoutQuery(path);
  const items = valueAt(document, list.items);
  if (!Array.isArray(items)) {
    return fail('schema_changed', `${place} has no list at ${list.items.text}`);
  }
  const pointer = list.paging?.total;
  if (pointer === undefined) return succeed({ items, total: undefined });
  const total = valueAt(document, pointer);
  if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0) {
    return fail('schema_changed', `${place} has no number at ${pointer.text}`);
  }
  return succeed({ items, total });
}
