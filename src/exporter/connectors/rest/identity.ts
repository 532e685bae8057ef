import type { Outcome } from '../../../http/http.ts';
import { unreachable } from '../../../std/std.ts';
import type { SecretReference } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import {
  createNoCredential,
  createSessionCredential,
  createStaticCredential,
  isHeaderValue,
} from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import type { Headers } from '../web/request.ts';
import type { Budget } from '../web/budget.ts';
import type { Exchange } from '../web/exchange.ts';
import { valueAt } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { createSessionKeeper } from '../web/session-keeper.ts';
import type { AuthenticationOptions } from './authentication-options.ts';

/** Who the requests are from, by `method`; sessions are opened by the exchange. */
export function createIdentity(
  options: AuthenticationOptions,
  dependencies: ConnectorDependencies,
  exchange: Exchange,
): Credential {
  const { resolveSecret, clock } = dependencies;
  const inHeader = (
    reference: SecretReference,
    toHeaders: (secret: string) => Headers,
  ): Credential => createStaticCredential(createSecretReader(resolveSecret, reference), toHeaders);
  switch (options.method) {
    case 'none':
      return createNoCredential();
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
        logIn: createLogIn(options, exchange),
        pauseAfterRejectionMs: options.pause_after_rejection,
      });
      return createSessionCredential(keeper);
    }
    default:
      return unreachable(options);
  }
}

type SessionOptions = Extract<AuthenticationOptions, { method: 'session' }>;

function createLogIn(
  options: SessionOptions,
  exchange: Exchange,
): (password: string, budget: Budget) => Promise<Outcome<Headers>> {
  const name = options.header.toLowerCase();
  return async (password, budget) => {
    const values = { user: options.user, password };
    const fields = Object.entries(options.body).map(([field, template]) => [
      field,
      template.replace(/\{(user|password)\}/g, (_all, key: keyof typeof values) => values[key]),
    ]);
    const body = JSON.stringify(Object.fromEntries(fields));
    const answer = await exchange.send({ method: 'POST', path: options.path, body }, budget);
    if (!answer.ok) return answer;
    const token = valueAt(answer.value.document, options.token);
    if (typeof token !== 'string' || token === '') {
      return fail('schema_changed', `the log-in answered no token at ${options.token.text}`);
    }
    if (!isHeaderValue(token)) {
      return fail('schema_changed', `the log-in answered a token that no header can carry`);
    }
    return succeed({ [name]: name === 'authorization' ? `${options.scheme} ${token}` : token });
  };
}
