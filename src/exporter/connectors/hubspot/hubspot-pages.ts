import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRepeatGuard } from '../web/repeat-guard.ts';
import type { ApiAnswer } from '../web/request.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';

/** The largest page of a list of records, and of users. */
const PAGE_SIZE = 100;

/** A list page by page until its end, or until `onPage` returns false. */
export type ListPages = (
  path: string,
  query: Readonly<Record<string, string>>,
  budget: Budget,
  onPage: (page: readonly JsonRecord[]) => boolean,
) => Promise<Outcome<{ readonly complete: boolean }>>;

/** All lists of HubSpot go on by the same cursor. */
export function createPages(
  get: (path: string, budget: Budget) => Promise<Outcome<ApiAnswer>>,
): ListPages {
  return async (path, query, budget, onPage) => {
    const isRepeated = createRepeatGuard();
    let after: string | undefined;
    for (;;) {
      const parameters = { limit: String(PAGE_SIZE), ...query };
      const page = new URLSearchParams(after === undefined ? parameters : { ...parameters, after });
      const outcome = await get(`${path}?${page.toString()}`, budget);
      if (!outcome.ok) return outcome;
      const { document } = outcome.value;
      const results = recordsAt(document, ['results'], path);
      if (!results.ok) return results;
      if (results.value.length > 0 && !onPage(results.value)) return succeed({ complete: false });
      const next = memberOf(document, 'paging', 'next', 'after');
      if (next === undefined) return succeed({ complete: true });
      if (typeof next !== 'string' || isRepeated(next)) {
        return fail('schema_changed', `${path} does not go on after a page of records`);
      }
      after = next;
    }
  };
}
