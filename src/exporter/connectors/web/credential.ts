import type { Outcome } from '../../../http/http.ts';
import type { Budget } from './budget.ts';
import { endOfToken } from './end-of-token.ts';
import { fail, succeed } from './outcomes.ts';
import type { ApiRequest, Headers } from './request.ts';
import type { SecretReader } from './secret-reader.ts';
import type { SessionKeeper } from './session-keeper.ts';

/** Who the requests of a target are from. */
export type Credential = {
  /** Headers that prove it for one request; opens a session or fetches a token where none lasts. */
  headersFor(request: ApiRequest, budget: Budget): Promise<Outcome<Headers>>;
  /** The CRM did not accept them. True when they were those of a session, which may just have ended: then new ones are worth a try. */
  refuse(headers: Headers): boolean;
  /** Proves it anew where there are sessions; nothing is sent where every request carries the secret itself. */
  prove(budget: Budget): Promise<Outcome<undefined>>;
  /** When it ends, in milliseconds since the epoch; undefined where it does not say so itself. */
  endsAtMs?(): number | undefined;
};

/** A secret that every request carries. */
export function createStaticCredential(
  secret: SecretReader,
  toHeaders: (secret: string, request: ApiRequest) => Headers,
): Credential {
  return {
    headersFor(request) {
      const read = secret.read();
      return Promise.resolve(read.ok ? checkHeaders(toHeaders(read.value, request)) : read);
    },
    refuse() {
      secret.noteRefusal();
      return false;
    },
    prove: () => Promise.resolve(succeed(undefined)),
    endsAtMs() {
      const read = secret.read();
      return read.ok ? endOfToken(read.value) : undefined;
    },
  };
}

/** For what anybody may ask. */
export function createNoCredential(): Credential {
  return {
    headersFor: () => Promise.resolve(succeed({})),
    refuse: () => false,
    prove: () => Promise.resolve(succeed(undefined)),
  };
}

/** A session that was opened by a log-in, or a token that lasts for a while. */
export function createSessionCredential(keeper: SessionKeeper<Headers>): Credential {
  return {
    headersFor: (_request, budget) => keeper.get(budget),
    refuse(headers) {
      keeper.drop(headers);
      return true;
    },
    async prove(budget) {
      const fresh = await keeper.fresh(budget);
      return fresh.ok ? succeed(undefined) : fresh;
    },
  };
}

/** What a header may hold (RFC 9110, section 5.5); Node would throw, and call it our own mistake. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function isHeaderValue(value: string): boolean {
  return HEADER_VALUE.test(value);
}

function checkHeaders(headers: Headers): Outcome<Headers> {
  const bad = Object.entries(headers).find(([, value]) => !isHeaderValue(value));
  if (bad === undefined) return succeed(headers);
  const detail = `the secret has characters that the header ${bad[0]} cannot carry, such as a line break`;
  return fail('authentication', detail);
}
