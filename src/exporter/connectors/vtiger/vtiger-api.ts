import type { HttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { VtigerIdentity } from './vtiger-options.ts';
import { readRefusal } from './vtiger-refusals.ts';
import { SERVICE, createVtigerSessions } from './vtiger-session.ts';
import type { VtigerSession } from './vtiger-session.ts';

/** Operations that only read and are asked by GET. */
type Operation = 'listtypes' | 'query' | 'describe';
type Query = Readonly<Record<string, string>>;

/** Conditions of a query, such as `email > ' '`; made of names and values that cannot break out of it. */
export type Conditions = readonly string[];

export type VtigerApi = {
  readonly credential: Credential;
  readonly exchange: Exchange;
  ask(operation: Operation, parameters: Query, budget: Budget): Promise<Outcome<ApiAnswer>>;
  /** The session that is shared; logs in where there is none. */
  session(budget: Budget): Promise<Outcome<VtigerSession>>;
  /** 100 records at most, by rising number unless the newest come first, after the one with the identifier `after`. */
  list(search: Search, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
  /** unknown, `not_supported`, with versions that do not count. */
  count(module: string, where: Conditions, budget: Budget): Promise<Outcome<Knowable<number>>>;
};

export type Search = {
  readonly module: string;
  readonly fields: readonly string[];
  readonly after?: string;
  readonly isNewestFirst?: boolean;
};

/** Vtiger gives no more, whatever is asked (VTQL_Parser::buildSelectStmt). */
export const PAGE_SIZE = 100;

/** Number of the module, "x", number of the record. */
const IDENTIFIER = /^\d+x(\d+)$/;

/** The number of a record, by which its module orders; undefined where it is no identifier. */
function numberOf(id: unknown): number | undefined {
  const digits = typeof id === 'string' ? IDENTIFIER.exec(id)?.[1] : undefined;
  return digits === undefined ? undefined : Number(digits);
}

/** The identifier to go on after; undefined where it does not rise, so that no page is read for ever. */
export function nextAfter(page: readonly JsonRecord[], after?: string): string | undefined {
  const last = page.at(-1)?.['id'];
  const number = numberOf(last) ?? -1;
  return typeof last === 'string' && number > (numberOf(after) ?? -1) ? last : undefined;
}

/** Sessions travel in the query, so this is no `Api` of headers; details of failures name paths alone. */
export function createVtigerApi(
  url: string,
  identity: VtigerIdentity,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): VtigerApi {
  const exchange = createExchange({ url, http, clock: dependencies.clock, readRefusal });
  const sessions = createVtigerSessions(url, identity, http, dependencies);

  async function askOnce(
    parameters: Query,
    budget: Budget,
  ): Promise<[Outcome<ApiAnswer>, boolean]> {
    const session = await sessions.get(budget);
    if (!session.ok) return [session, false];
    const all = new URLSearchParams({ ...parameters, sessionName: session.value.name });
    const path = `${SERVICE}?${all.toString()}`;
    const outcome = await exchange.send({ method: 'GET', path }, budget);
    const isRefused = !outcome.ok && outcome.failure.reason === 'authentication';
    if (isRefused) sessions.drop(session.value);
    return [outcome.ok ? succeeded(outcome.value) : outcome, isRefused];
  }

  async function ask(
    operation: Operation,
    parameters: Query,
    budget: Budget,
  ): Promise<Outcome<ApiAnswer>> {
    const all = { operation, ...parameters };
    const [first, isRefused] = await askOnce(all, budget);
    // The session may just have ended. Only a refusal of a new one is about the access key.
    return isRefused ? (await askOnce(all, budget))[0] : first;
  }

  async function query(
    module: string,
    text: string,
    budget: Budget,
  ): Promise<Outcome<readonly JsonRecord[]>> {
    const outcome = await ask('query', { query: text }, budget);
    if (!outcome.ok) return outcome;
    return recordsAt(outcome.value.document, ['result'], `the query of ${module}`);
  }

  return {
    exchange,
    credential: credentialOf((budget) => sessions.fresh(budget)),
    ask,
    session: (budget) => sessions.get(budget),
    list({ module, fields, after, isNewestFirst = false }, budget) {
      const columns = [...new Set(['id', ...fields])].join(', ');
      // An identifier is compared by its number (VTQL_Parser::yy_r14).
      const from = after === undefined ? '' : ` WHERE id > '${after}'`;
      const order = isNewestFirst ? 'id DESC' : 'id';
      const text = `SELECT ${columns} FROM ${module}${from} ORDER BY ${order} LIMIT ${PAGE_SIZE};`;
      return query(module, text, budget);
    },
    async count(module, where, budget) {
      const conditions = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
      const found = await query(module, `SELECT count(*) FROM ${module}${conditions};`, budget);
      return found.ok ? countOf(found.value, module) : found;
    },
  };
}

function succeeded(answer: ApiAnswer): Outcome<ApiAnswer> {
  return memberOf(answer.document, 'success') === true
    ? succeed(answer)
    : fail('schema_changed', `GET ${SERVICE} answered neither a result nor an error`);
}

/** Vtiger 8.4 leaves out what has no identifier, and with it the count: that is no zero (VtigerModuleOperation::query). */
function countOf(records: readonly JsonRecord[], module: string): Outcome<Knowable<number>> {
  const [first] = records;
  if (first === undefined) {
    return succeed(unknown('not_supported', 'this version of Vtiger answers no counts'));
  }
  // MySQL answers numbers as text, unless PHP is told otherwise.
  const count = memberOf(first, 'count');
  const isText = typeof count === 'string' && /^\d{1,15}$/.test(count);
  const isNumber = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0;
  if (records.length === 1 && (isText || isNumber)) return succeed(known(Number(count)));
  return fail('schema_changed', `the query of ${module} has no count`);
}

function credentialOf(logIn: (budget: Budget) => Promise<Outcome<VtigerSession>>): Credential {
  return {
    headersFor: () => Promise.resolve(succeed({})),
    refuse: () => false,
    async prove(budget) {
      const fresh = await logIn(budget);
      return fresh.ok ? succeed(undefined) : fresh;
    },
  };
}
