import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { createRepeatGuard } from '../web/repeat-guard.ts';
import type { ApiAnswer } from '../web/request.ts';
import { NO_MORE, goOn, walkPages } from '../web/scan-pages.ts';
import type { ReadPage } from '../web/scan-pages.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';

/** The largest page of a list of records, and of users. */
const PAGE_SIZE = 100;

/** What reads the pages of a list, from its first on. */
export type OpenList = (
  path: string,
  query: Readonly<Record<string, string>>,
  budget: Budget,
) => ReadPage<string>;

/** A list page by page until its end, or until `onPage` returns false. */
export type ListPages = (
  ...list: [...Parameters<OpenList>, onPage: (page: readonly JsonRecord[]) => boolean]
) => Promise<Outcome<{ readonly complete: boolean }>>;

export function createPages(openList: OpenList): ListPages {
  return (path, query, budget, onPage) =>
    walkPages(openList(path, query, budget), ({ records }) => succeed(onPage(records)));
}

/** All lists of HubSpot go on by the same cursor. */
export function createLists(
  get: (path: string, budget: Budget) => Promise<Outcome<ApiAnswer>>,
): OpenList {
  return (path, query, budget) => {
    const isRepeated = createRepeatGuard();
    return async (after) => {
      const parameters = { limit: String(PAGE_SIZE), ...query };
      const page = new URLSearchParams(after === undefined ? parameters : { ...parameters, after });
      const outcome = await get(`${path}?${page.toString()}`, budget);
      if (!outcome.ok) return outcome;
      const { document } = outcome.value;
      const results = recordsAt(document, ['results'], path);
      if (!results.ok) return results;
      const records = results.value;
      const cursor = memberOf(document, 'paging', 'next', 'after');
      if (cursor === undefined) return succeed({ records, next: NO_MORE });
      const leadsOn = typeof cursor === 'string' && !isRepeated(cursor);
      const next = goOn(path, 'a page of records', leadsOn ? cursor : undefined);
      return succeed({ records, next });
    };
  };
}
