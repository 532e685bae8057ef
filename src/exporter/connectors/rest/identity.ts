import type { Outcome } from '../../../http/http.ts';
import { unreachable } from '../../../std/std.ts';
import type { SecretResolver } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSessionKeeper } from '../web/session-keeper.ts';
import type { SessionKeeper } from '../web/session-keeper.ts';
import type { AuthenticationOptions } from './authentication-options.ts';

export type Headers = Readonly<Record<string, string>>;

/** Who the requests are from: fixed headers, or a session that has to be opened. */
export type Identity =
  | { readonly kind: 'headers'; readonly headers: Headers }
  | { readonly kind: 'session'; readonly keeper: SessionKeeper<Headers> };

/** Sends the log-in; the answer's JSON. */
export type PostLogin = (path: string, body: string, budget: Budget) => Promise<Outcome<unknown>>;

/** Reads the secrets, so it throws secret_unreadable when one is gone. */
export function createIdentity(
  options: AuthenticationOptions,
  dependencies: ConnectorDependencies,
  postLogin: PostLogin,
): Identity {
  const { resolveSecret, clock } = dependencies;
  switch (options.method) {
    case 'none':
      return { kind: 'headers', headers: {} };
    case 'bearer': {
      const authorization = `Bearer ${resolveSecret(options.token)}`;
      return { kind: 'headers', headers: { authorization } };
    }
    case 'api_key': {
      const value = resolveSecret(options.value);
      return { kind: 'headers', headers: { [options.header.toLowerCase()]: value } };
    }
    case 'basic': {
      const pair = `${options.user}:${resolveSecret(options.password)}`;
      const authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
      return { kind: 'headers', headers: { authorization } };
    }
    case 'session': {
      const logIn = createLogIn(options, resolveSecret, postLogin);
      const pauseAfterRejectionMs = options.pause_after_rejection;
      const keeper = createSessionKeeper({ clock, logIn, pauseAfterRejectionMs });
      return { kind: 'session', keeper };
    }
    default:
      return unreachable(options);
  }
}

type SessionOptions = Extract<AuthenticationOptions, { method: 'session' }>;

function createLogIn(
  options: SessionOptions,
  resolveSecret: SecretResolver,
  postLogin: PostLogin,
): (budget: Budget) => Promise<Outcome<Headers>> {
  const values = { user: options.user, password: resolveSecret(options.password) };
  const fields = Object.entries(options.body).map(([name, template]) => [
    name,
    template.replace(/\{(user|password)\}/g, (_all, key: keyof typeof values) => values[key]),
  ]);
  const body = JSON.stringify(Object.fromEntries(fields));
  const name = options.header.toLowerCase();
  return async (budget) => {
    const answer = await postLogin(options.path, body, budget);
    if (!answer.ok) return answer;
    const token = valueAt(answer.value, options.token);
    if (typeof token !== 'string' || token === '') {
      return fail('schema_changed', `the log-in answered no token at ${options.token.text}`);
    }
    return succeed({ [name]: name === 'authorization' ? `${options.scheme} ${token}` : token });
  };
}
