import type { FailureReason } from '../../../catalog/catalog.ts';
import type { Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import { toCount } from './zoho-queries.ts';

/**
 * Several requests in one (crm/developer/docs/api/v8/composite-api.html), for one credit where nothing is to be undone. It
 * would take any request: this file writes all that it is ever asked, and that is queries alone.
 */
export const COMPOSITE = '/__composite_requests';
const QUERIES_AT_ONCE = 5;
/** Records that each of the queries may ask for. */
const RECORDS_OF_EACH = 25;

/** Then each is asked alone: without the scope for it, or where so many at once are too many. */
const WITHOUT: ReadonlySet<FailureReason> = new Set<FailureReason>([
  'authorization',
  'not_found',
  'schema_changed',
  'rate_limited',
]);
const PAUSE_MS = 3_600_000;

/** Counts by the field; a field that is not there has to be asked for alone. */
export type Counts = ReadonlyMap<string, number | undefined>;

export type ZohoComposite = {
  /** In how many records each field is empty; undefined where Zoho answers that there is no content. */
  countEmpty(module: string, fields: readonly string[], budget: Budget): Promise<Outcome<Counts>>;
  /** In how many it is not, where that is the same number for all that were asked together; answers have no certain order. */
  countFilled(module: string, fields: readonly string[], budget: Budget): Promise<Outcome<Counts>>;
};

type Answer = { readonly status: number; readonly body: unknown };

/** Counts fields by five in one request, as long as Zoho lets it. `queryPath` takes queries by POST. */
export function createZohoComposite(api: Api, queryPath: string, clock: Clock): ZohoComposite {
  let pausedUntilMs = -Infinity;

  /** Undefined where it is not for us. */
  async function ask(
    queries: readonly string[],
    budget: Budget,
  ): Promise<Outcome<readonly Answer[] | undefined>> {
    const outcome = await api.ask(COMPOSITE, questionOf(queries, queryPath), budget);
    if (!outcome.ok) return WITHOUT.has(outcome.failure.reason) ? succeed(undefined) : outcome;
    const found = recordsAt(outcome.value.document, ['__composite_requests'], COMPOSITE);
    if (!found.ok || found.value.length !== queries.length) return succeed(undefined);
    return succeed(found.value.map((entry) => answerOf(memberOf(entry, 'details', 'response'))));
  }

  async function count(
    fields: readonly string[],
    { queryOf, read }: Counting,
    budget: Budget,
  ): Promise<Outcome<Counts>> {
    const counts = new Map<string, number | undefined>();
    // One alone costs as much, and needs no further scope.
    if (fields.length < 2) return succeed(counts);
    for (let start = 0; start < fields.length; start += QUERIES_AT_ONCE) {
      if (clock.monotonicMs() < pausedUntilMs) break;
      const some = fields.slice(start, start + QUERIES_AT_ONCE);
      const answers = await ask(some.map(queryOf), budget);
      if (!answers.ok) return answers;
      const isRead = answers.value !== undefined && read(some, answers.value, counts);
      if (!isRead) pausedUntilMs = clock.monotonicMs() + PAUSE_MS;
    }
    return succeed(counts);
  }

  return {
    countEmpty: (module, fields, budget) => count(fields, emptyIn(module), budget),
    countFilled: (module, fields, budget) => count(fields, filledIn(module), budget),
  };
}

type Counting = {
  readonly queryOf: (field: string) => string;
  /** False where the answers are not those to the queries. */
  readonly read: (
    fields: readonly string[],
    answers: readonly Answer[],
    counts: Map<string, number | undefined>,
  ) => boolean;
};

/** Answers do not name what they answer, so the query has the field named in each: the only group is that of the empty ones. */
function emptyIn(module: string): Counting {
  return {
    queryOf: (field) =>
      `select COUNT(id), ${field} from ${module} where ${field} is null group by ${field}`,
    read(fields, answers, counts) {
      const read = answers.map(({ status, body }, index) => {
        const field = fields[index] ?? '';
        if (status === 204) return { field, count: undefined };
        const rows = recordsAt(body, ['data'], COMPOSITE);
        const [row] = rows.ok && rows.value.length === 1 ? rows.value : [];
        if (status !== 200 || row === undefined) return undefined;
        const count = toCount(row['COUNT(id)'], COMPOSITE);
        return { field, count: count.ok && row[field] === null ? count.value : Number.NaN };
      });
      // One that is another's may have left "no content" in its place.
      if (read.some((one) => Number.isNaN(one?.count))) return false;
      for (const one of read) if (one !== undefined) counts.set(one.field, one.count);
      return true;
    },
  };
}

function filledIn(module: string): Counting {
  return {
    queryOf: (field) => `select COUNT(id) from ${module} where ${field} is not null`,
    read(fields, answers, counts) {
      const read = answers.map(({ status, body }) => {
        const rows = recordsAt(body, ['data'], COMPOSITE);
        const count = toCount(rows.ok ? rows.value[0]?.['COUNT(id)'] : undefined, COMPOSITE);
        return status === 200 && count.ok ? count.value : undefined;
      });
      // Where all are the same it does not matter which is whose; nowhere empty, that is what they are.
      if (new Set(read).size > 1) return true;
      for (const [index, field] of fields.entries()) {
        const count = read[index];
        if (count !== undefined) counts.set(field, count);
      }
      return true;
    },
  };
}

function questionOf(queries: readonly string[], uri: string): object {
  return {
    __composite_requests: queries.map((query, index) => ({
      sub_request_id: `q${index}`,
      method: 'POST',
      uri,
      headers: {},
      params: {},
      body: { select_query: `${query} limit ${RECORDS_OF_EACH}` },
    })),
  };
}

function answerOf(response: unknown): Answer {
  const status = memberOf(response, 'status_code');
  return { status: typeof status === 'number' ? status : 0, body: memberOf(response, 'body') };
}
