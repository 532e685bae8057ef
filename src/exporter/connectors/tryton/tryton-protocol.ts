import type { FailureReason } from '../../../catalog/catalog.ts';
import { DEFAULT_HTTP_LIMITS } from '../../../http/http.ts';
import type { Failure, HttpAnswer, HttpClient, Outcome } from '../../../http/http.ts';
import { parseJson, reasonOfStatus } from '../web/answers.ts';
import type { SunsetMemory } from '../web/api-removals.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { TrytonOptions } from './tryton-options.ts';
import type { TrytonTables } from './tryton-sql.ts';

export type TrytonRequest = {
  readonly database: boolean;
  readonly method: string;
  readonly parameters: readonly unknown[];
  readonly header?: string;
};

/** Kept back of each call, to learn after a time-out whether the server process still answers. */
const SECOND_LOOK_MS = 1500;
/** Tryton gives whole lists in one answer. */
export const TRYTON_ANSWER_BYTES: number = 4 * DEFAULT_HTTP_LIMITS.bodyBytes;

/** Sends one call and says what came of it. */
export type TrytonPost = (wanted: TrytonRequest, budget: Budget) => Promise<Outcome<unknown>>;

export function createTrytonPost({
  options,
  http,
  tables,
  sunsets,
}: {
  readonly options: TrytonOptions;
  readonly http: HttpClient;
  readonly tables: TrytonTables | undefined;
  readonly sunsets: SunsetMemory;
}): TrytonPost {
  async function post(wanted: TrytonRequest, budget: Budget): Promise<Outcome<unknown>> {
    if (budget.isSpent()) return fail('timeout', `no time was left for ${wanted.method}`);
    const remainingMs = budget.remainingMs();
    const keptMs = wanted.database ? Math.min(SECOND_LOOK_MS, remainingMs / 4) : 0;
    const outcome = await http.request({
      ...trytonRequest(options, wanted),
      timeoutMs: Math.max(1, remainingMs - keptMs),
      ...(budget.signal === undefined ? {} : { signal: budget.signal }),
    });
    if (outcome.ok) {
      sunsets.note(wanted.database ? 'database' : 'server', outcome.answer);
      return judgeTrytonAnswer(outcome.answer, wanted);
    }
    const isSilent = outcome.failure.reason === 'timeout' && wanted.database && !budget.isSpent();
    return isSilent
      ? explainSilence(outcome.failure, budget)
      : { ok: false, failure: outcome.failure };
  }

  /**
   * A Tryton whose database is locked says nothing for half a minute. When the process behind it answers
   * promptly meanwhile, it is the database that is missing, not the network. On SQLite the lock freezes the whole
   * process for seconds at a time, so there only a look at the file itself, where it is configured, can tell.
   */
  async function explainSilence(failure: Failure, budget: Budget): Promise<Outcome<never>> {
    const seen = await tables?.queue(budget);
    if (seen?.ok === false && seen.failure.reason === 'database_unavailable') return seen;
    const version = { database: false, method: 'common.server.version', parameters: [] };
    const outcome = await post(version, budget);
    if (!outcome.ok) return { ok: false, failure };
    return fail(
      'database_unavailable',
      `${failure.detail}; the server itself does answer, so its database is locked or overloaded`,
    );
  }

  return post;
}

/** The request of one call, as trytond/protocols/jsonrpc.py reads it: exactly id, method and params. */
export function trytonRequest(
  options: TrytonOptions,
  { database, method, parameters, header }: TrytonRequest,
): {
  readonly method: 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  return {
    method: 'POST',
    url: `${options.url}/${database ? `${encodeURIComponent(options.database)}/` : ''}`,
    headers: header === undefined ? {} : { authorization: header },
    body: JSON.stringify({ id: 1, method, params: parameters }),
  };
}

/** What an answer of Tryton means: its result, or exactly one reason. */
export function judgeTrytonAnswer(
  answer: HttpAnswer,
  { method, parameters, header }: TrytonRequest,
): Outcome<unknown> {
  // A call without a session may carry the password; nothing of it is repeated.
  const asked = header === undefined ? '' : JSON.stringify([method, parameters]);
  // The path holds nothing but the name of the database, so "not found" speaks of the database.
  const byStatus = reasonOfStatus(answer.status);
  const reason = byStatus === 'not_found' ? 'database_unavailable' : byStatus;
  if (reason !== undefined) return fail(reason, `${method} answered ${answer.status}`);
  const parsed = parseJson(answer, method);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null) {
    return fail('bad_payload', `${method} answered JSON that is no JSON-RPC`);
  }
  if ('error' in value) return refusal(value.error, method, asked);
  if ('result' in value) return succeed(value.result);
  return fail('bad_payload', `${method} answered JSON that is no JSON-RPC`);
}

/** Errors come with status 200: the name of an exception that Tryton knows, or the text of any other. */
const EXCEPTIONS: Readonly<Record<string, FailureReason>> = {
  UserError: 'authorization',
  LoginException: 'authentication',
  RateLimitException: 'rate_limited',
};
const DATABASE_TEXTS =
  /database|connection to server|server closed the connection|terminating connection|could not connect|connection (already|pool)/i;

function refusal(error: unknown, method: string, asked: string): Outcome<never> {
  const text = Array.isArray(error) ? String((error as readonly unknown[])[0]) : String(error);
  const named = Object.hasOwn(EXCEPTIONS, text) ? EXCEPTIONS[text] : undefined;
  if (named !== undefined) return fail(named, `${method} was refused with ${text}`);
  if (DATABASE_TEXTS.test(text)) {
    return fail('database_unavailable', `${method}: Tryton cannot use its database`);
  }
  // A KeyError: a model, a method or a field that does not exist (any more).
  const key = /^'([\w.]+)'$/.exec(text)?.[1];
  if (key !== undefined) {
    // Only what was asked for is repeated: a server could put anything between the quotes.
    const what = asked.includes(key) ? text : 'something that was asked for';
    return fail('schema_changed', `${method}: this Tryton does not have ${what}`);
  }
  return fail('server_error', `${method} failed inside Tryton`);
}
