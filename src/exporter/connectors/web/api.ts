import type { Outcome } from '../../../http/http.ts';
import type { Budget } from './budget.ts';
import type { Credential } from './credential.ts';
import { withoutQuery } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { ApiAnswer, ApiRequest } from './request.ts';
import { fail } from './outcomes.ts';

/** Requests of one target with its credential. Nothing here changes data: see `reads`. */
export type Api = {
  get(path: string, budget: Budget): Promise<Outcome<ApiAnswer>>;
  /** A question that the platform takes by POST alone, with a JSON body. */
  ask(path: string, question: unknown, budget: Budget): Promise<Outcome<ApiAnswer>>;
};

export type ApiOptions = {
  readonly exchange: Exchange;
  readonly credential: Credential;
  /** The paths that read although they are asked by POST; no other POST is ever sent. */
  readonly reads?: readonly RegExp[];
  /** That every request carries. */
  readonly headers?: Readonly<Record<string, string>>;
};

export function createApi({ exchange, credential, reads = [], headers = {} }: ApiOptions): Api {
  async function sendOnce(
    request: ApiRequest,
    budget: Budget,
  ): Promise<{ readonly outcome: Outcome<ApiAnswer>; readonly isWorthAnotherTry: boolean }> {
    const proof = await credential.headersFor(request, budget);
    if (!proof.ok) return { outcome: proof, isWorthAnotherTry: false };
    const all = { ...headers, ...request.headers, ...proof.value };
    const outcome = await exchange.send({ ...request, headers: all }, budget);
    const isRefused = !outcome.ok && outcome.failure.reason === 'authentication';
    return { outcome, isWorthAnotherTry: isRefused && credential.refuse(proof.value) };
  }

  async function send(request: ApiRequest, budget: Budget): Promise<Outcome<ApiAnswer>> {
    const first = await sendOnce(request, budget);
    // The session may just have ended. Only a refusal of a new one is about the credentials.
    return first.isWorthAnotherTry ? (await sendOnce(request, budget)).outcome : first.outcome;
  }

  return {
    get: (path, budget) => send({ method: 'GET', path }, budget),
    async ask(path, question, budget) {
      const plain = withoutQuery(path);
      if (!reads.some((pattern) => pattern.test(plain))) {
        return fail('internal', `POST ${plain} is not known to read only, so it was not sent`);
      }
      return send({ method: 'POST', path, body: JSON.stringify(question) }, budget);
    },
  };
}
