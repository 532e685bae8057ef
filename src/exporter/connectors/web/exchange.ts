import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer, HttpClient, Outcome } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import { createSunsetMemory } from './api-removals.ts';
import type { SunsetMemory } from './api-removals.ts';
import { parseJson, reasonOfAnswer } from './answers.ts';
import type { Budget } from './budget.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import { fail, succeed } from './outcomes.ts';

/** What a refusal means to a platform beyond its status; undefined where the status says it. */
export type ReadRefusal = (answer: HttpAnswer) => FailureReason | undefined;

/** Whether an answer is a good one although its status says otherwise, such as an empty list that comes with 404. */
export type IsGood = (answer: HttpAnswer) => boolean;

/** Requests of one origin, with the time of a probe shared among them. */
export type Exchange = {
  /** Sends one request as it is; the JSON of a success. */
  send(request: ApiRequest, budget: Budget): Promise<Outcome<ApiAnswer>>;
  /** What an answer means: its JSON, or exactly one reason. */
  judge(answer: HttpAnswer, what: string): Outcome<unknown>;
  /** What the answers say of the end of the API. */
  readonly sunsets: SunsetMemory;
};

export type ExchangeOptions = {
  /** Origin, and where an API lives below one, the start of all paths. */
  readonly url: string;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly readRefusal?: ReadRefusal;
  readonly isGood?: IsGood;
};

export function createExchange(options: ExchangeOptions): Exchange {
  const { url, http, clock, readRefusal, isGood } = options;

  function judge(answer: HttpAnswer, what: string): Outcome<unknown> {
    if (isGood?.(answer) === true) return parseJson(answer, what);
    const reason = readRefusal?.(answer) ?? reasonOfAnswer(answer, clock.now());
    return reason === undefined
      ? parseJson(answer, what)
      : fail(reason, `${what} answered ${answer.status}`);
  }

  const sunsets = createSunsetMemory();
  return {
    judge,
    sunsets,
    async send({ method, path, headers, body }, budget) {
      const what = `${method} ${withoutQuery(path)}`;
      if (budget.isSpent()) return fail('timeout', `no time was left for ${what}`);
      const outcome = await http.request({
        method,
        url: `${url}${path}`,
        ...(headers === undefined ? {} : { headers }),
        ...(body === undefined ? {} : { body }),
        timeoutMs: budget.remainingMs(),
        ...(budget.signal === undefined ? {} : { signal: budget.signal }),
      });
      if (!outcome.ok) return { ok: false, failure: outcome.failure };
      sunsets.note(withoutQuery(path), outcome.answer);
      const judged = judge(outcome.answer, what);
      return judged.ok ? succeed({ document: judged.value, answer: outcome.answer }) : judged;
    },
  };
}

/** Queries can hold keys and personal data; details of failures name the path alone. */
export function withoutQuery(path: string): string {
  return path.replace(/[?#].*$/s, '');
}
