import type { FailureReason } from '../../../catalog/catalog.ts';
import type { Failure, HttpAnswer, HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { parseJson, reasonOfStatus, retryAfterSeconds } from '../web/answers.ts';
import type { Budget } from '../web/budget.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createIdentity } from './identity.ts';
import type { Headers } from './identity.ts';
import type { RestOptions } from './rest-options.ts';

export type RestAnswer = { readonly document: unknown; readonly answer: HttpAnswer };

/** Requests of one REST target: authentication and the meaning of refusals are dealt with here. */
export type RestRequests = {
  /** GET with credentials; the JSON of a success. */
  get(path: string, budget: Budget): Promise<Outcome<RestAnswer>>;
  /** A new log-in where there are sessions; gives its seconds, or undefined without sessions. */
  logIn(budget: Budget): Promise<Outcome<number | undefined>>;
  /** What an answer means: its JSON, or exactly one reason. */
  judge(answer: HttpAnswer, what: string): Outcome<unknown>;
};

/** From this many seconds on, "try again later" means that the allowance is used up. */
const QUOTA_RETRY_SECONDS = 60;

export function createRestRequests(
  options: RestOptions,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): RestRequests {
  const { clock } = dependencies;
  const identity = createIdentity(
    options.authentication,
    dependencies,
    async (path, body, budget) => {
      const outcome = await send('POST', path, { body }, budget);
      return outcome.ok ? succeed(outcome.value.document) : outcome;
    },
  );

  function judge(answer: HttpAnswer, what: string): Outcome<unknown> {
    const failure = refusalOf(options, answer, what, clock.now());
    return failure === undefined ? parseJson(answer, what) : { ok: false, failure };
  }

  async function send(
    method: 'GET' | 'POST',
    path: string,
    parts: { readonly headers?: Headers; readonly body?: string },
    budget: Budget,
  ): Promise<Outcome<RestAnswer>> {
    const what = `${method} ${withoutQuery(path)}`;
    if (budget.isSpent()) return fail('timeout', `no time was left for ${what}`);
    const outcome = await http.request({
      method,
      url: `${options.url}${path}`,
      ...parts,
      timeoutMs: budget.remainingMs(),
      ...(budget.signal === undefined ? {} : { signal: budget.signal }),
    });
    if (!outcome.ok) return { ok: false, failure: outcome.failure };
    const judged = judge(outcome.answer, what);
    return judged.ok ? succeed({ document: judged.value, answer: outcome.answer }) : judged;
  }

  return {
    judge,
    async get(path, budget) {
      if (identity.kind === 'headers') {
        const headers = identity.read();
        if (!headers.ok) return headers;
        const outcome = await send('GET', path, { headers: headers.value }, budget);
        if (!outcome.ok && outcome.failure.reason === 'authentication') identity.noteRefusal();
        return outcome;
      }
      const first = await identity.keeper.get(budget);
      if (!first.ok) return first;
      const outcome = await send('GET', path, { headers: first.value }, budget);
      if (outcome.ok || outcome.failure.reason !== 'authentication') return outcome;
      // The session may just have ended. Only a refusal of a new one is about the credentials.
      identity.keeper.drop(first.value);
      const second = await identity.keeper.get(budget);
      return second.ok ? send('GET', path, { headers: second.value }, budget) : second;
    },
    async logIn(budget) {
      if (identity.kind === 'headers') return succeed(undefined);
      const startedAtMs = clock.monotonicMs();
      const outcome = await identity.keeper.fresh(budget);
      return outcome.ok ? succeed((clock.monotonicMs() - startedAtMs) / 1000) : outcome;
    },
  };
}

/** Queries can hold keys and personal data; details of failures name the path alone. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '');
}

function refusalOf(
  options: RestOptions,
  answer: HttpAnswer,
  what: string,
  nowMs: number,
): Failure | undefined {
  const body = answer.body.toLowerCase();
  const rule = options.errors.find(
    ({ status, contains }) =>
      status === answer.status && (contains === undefined || body.includes(contains.toLowerCase())),
  );
  const byStatus = reasonOfStatus(answer.status);
  const throttled = byStatus === 'rate_limited' && isQuotaExhausted(options, answer, nowMs);
  const reason: FailureReason | undefined =
    rule?.reason ?? (throttled ? 'quota_exhausted' : byStatus);
  return reason === undefined ? undefined : { reason, detail: `${what} answered ${answer.status}` };
}

/** A refusal for today is another thing than a request to slow down: it says so in one of three places. */
function isQuotaExhausted(options: RestOptions, answer: HttpAnswer, nowMs: number): boolean {
  const { headers = [], items = [] } = options.limits ?? {};
  if (headers.some(({ remaining }) => answer.headers[remaining] === '0')) return true;
  const wait = retryAfterSeconds(answer, nowMs);
  if (wait !== undefined && wait >= QUOTA_RETRY_SECONDS) return true;
  const parsed = items.length === 0 ? undefined : parseJson(answer, '');
  return (
    parsed?.ok === true && items.some(({ remaining }) => valueAt(parsed.value, remaining) === 0)
  );
}
