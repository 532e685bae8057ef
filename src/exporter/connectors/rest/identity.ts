import type { Outcome } from '../../../http/http.ts';
import { unreachable } from '../../../std/std.ts';
import type { SecretReference } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { createSessionKeeper } from '../web/session-keeper.ts';
import type { SessionKeeper } from '../web/session-keeper.ts';
import type { AuthenticationOptions } from './authentication-options.ts';

export type Headers = Readonly<Record<string, string>>;

/** Who the requests are from: headers that need no log-in, or a session that has to be opened. */
export type Identity =
  | {
      readonly kind: 'headers';
      /** With the secret as it is now. */
      readonly read: () => Outcome<Headers>;
      readonly noteRefusal: () => void;
    }
  | { readonly kind: 'session'; readonly keeper: SessionKeeper<Headers> };

/** Sends the log-in; the answer's JSON. */
export type PostLogin = (path: string, body: string, budget: Budget) => Promise<Outcome<unknown>>;

export function createIdentity(
  options: AuthenticationOptions,
  dependencies: ConnectorDependencies,
  postLogin: PostLogin,
): Identity {
  const { resolveSecret, clock } = dependencies;
  const inHeader = (
    reference: SecretReference,
    toHeaders: (secret: string) => Headers,
  ): Identity => {
    const secret = createSecretReader(resolveSecret, reference);
    const read = (): Outcome<Headers> => {
      const value = secret.read();
      return value.ok ? checkHeaders(toHeaders(value.value)) : value;
    };
    return { kind: 'headers', read, noteRefusal: secret.noteRefusal };
  };
  switch (options.method) {
    case 'none':
      return { kind: 'headers', read: () => succeed({}), noteRefusal: () => {} };
    case 'bearer':
      return inHeader(options.token, (token) => ({ authorization: `Bearer ${token}` }));
    case 'api_key':
      return inHeader(options.value, (value) => ({ [options.header.toLowerCase()]: value }));
    case 'basic':
      return inHeader(options.password, (password) => {
        const pair = Buffer.from(`${options.user}:${password}`).toString('base64');
        return { authorization: `Basic ${pair}` };
      });
    case 'session': {
      const keeper = createSessionKeeper({
        clock,
        secret: createSecretReader(resolveSecret, options.password),
        logIn: createLogIn(options, postLogin),
        pauseAfterRejectionMs: options.pause_after_rejection,
      });
      return { kind: 'session', keeper };
    }
    default:
      return unreachable(options);
  }
}

/** What a header may hold (RFC 9110, section 5.5); Node would throw, and call it our own mistake. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

function checkHeaders(headers: Headers): Outcome<Headers> {
  const bad = Object.entries(headers).find(([, value]) => !HEADER_VALUE.test(value));
  if (bad === undefined) return succeed(headers);
  const detail = `the secret has characters that the header ${bad[0]} cannot carry, such as a line break`;
  return fail('authentication', detail);
}

type SessionOptions = Extract<AuthenticationOptions, { method: 'session' }>;

function createLogIn(
  options: SessionOptions,
  postLogin: PostLogin,
): (password: string, budget: Budget) => Promise<Outcome<Headers>> {
  const name = options.header.toLowerCase();
  return async (password, budget) => {
    const values = { user: options.user, password };
    const fields = Object.entries(options.body).map(([field, template]) => [
      field,
      template.replace(/\{(user|password)\}/g, (_all, key: keyof typeof values) => values[key]),
    ]);
    const body = JSON.stringify(Object.fromEntries(fields));
    const answer = await postLogin(options.path, body, budget);
    if (!answer.ok) return answer;
    const token = valueAt(answer.value, options.token);
    if (typeof token !== 'string' || token === '') {
      return fail('schema_changed', `the log-in answered no token at ${options.token.text}`);
    }
    if (!HEADER_VALUE.test(token)) {
      return fail('schema_changed', `the log-in answered a token that no header can carry`);
    }
    return succeed({ [name]: name === 'authorization' ? `${options.scheme} ${token}` : token });
  };
}
