import type { FailureReason } from '../../../catalog/catalog.ts';
import type { HttpAnswer, HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { parseJson, reasonOfAnswer } from '../web/answers.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createIdentity } from './identity.ts';
import type { RestOptions } from './rest-options.ts';

/** Requests of one REST target: authentication and the meaning of refusals are dealt with here. */
export type RestRequests = Pick<Api, 'get'> &
  Pick<Exchange, 'judge' | 'sunsets'> & {
    /** What an answer means that need not be JSON, but has to contain a text. */
    judgeText(answer: HttpAnswer, what: string, text: string): Outcome<undefined>;
    /** A new log-in where there are sessions. */
    prove(budget: Budget): Promise<Outcome<undefined>>;
    readonly credential: Credential;
    /** Of the second identity, where there is one. */
    readonly securityCredential: Credential | undefined;
    /** Asks for what administrators alone may see, as whoever may see it. */
    readonly security: Pick<Api, 'get'>;
  };

export function createRestRequests(
  options: RestOptions,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): RestRequests {
  const { clock } = dependencies;
  const exchange = createExchange({
    url: options.url,
    http,
    clock,
    readRefusal: (answer) => reasonOf(options, answer, clock.now()),
  });
  const credential = createIdentity(options.authentication, dependencies, exchange);
  const { security_authentication: administrator } = options;
  const api = createApi({ exchange, credential });
  const securityCredential =
    administrator === undefined ? undefined : createIdentity(administrator, dependencies, exchange);
  return {
    get: (path, budget) => api.get(path, budget),
    judge: (answer, what) => exchange.judge(answer, what),
    judgeText(answer, what, text) {
      const reason = reasonOf(options, answer, clock.now());
      if (reason !== undefined) return fail(reason, `${what} answered ${answer.status}`);
      if (answer.body.includes(text)) return succeed(undefined);
      return fail('bad_payload', `${what} is not the page that it should be`);
    },
    prove: (budget) => credential.prove(budget),
    credential,
    securityCredential,
    security:
      securityCredential === undefined
        ? api
        : createApi({ exchange, credential: securityCredential }),
    sunsets: exchange.sunsets,
  };
}

function reasonOf(
  options: RestOptions,
  answer: HttpAnswer,
  nowMs: number,
): FailureReason | undefined {
  const body = answer.body.toLowerCase();
  const rule = options.errors.find(
    ({ status, contains }) =>
      status === answer.status && (contains === undefined || body.includes(contains.toLowerCase())),
  );
  if (rule !== undefined) return rule.reason;
  const reason = reasonOfAnswer(answer, nowMs);
  return reason === 'rate_limited' && isQuotaExhausted(options, answer)
    ? 'quota_exhausted'
    : reason;
}

/** A refusal for today is another thing than a request to slow down: besides Retry-After, two places may say so. */
function isQuotaExhausted(options: RestOptions, answer: HttpAnswer): boolean {
  const { headers = [], items = [] } = options.limits ?? {};
  if (headers.some(({ remaining }) => answer.headers[remaining] === '0')) return true;
  const parsed = items.length === 0 ? undefined : parseJson(answer, '');
  return (
    parsed?.ok === true && items.some(({ remaining }) => valueAt(parsed.value, remaining) === 0)
  );
}
