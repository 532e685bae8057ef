import type { HttpClient, Outcome } from '../../../http/http.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { ApiAnswer } from '../web/request.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { createSessionKeeper } from '../web/session-keeper.ts';
import type { SessionKeeper } from '../web/session-keeper.ts';
import { isRecord } from '../web/shapes.ts';
import type { OdooIdentity, OdooOptions } from './odoo-options.ts';
import { readOdooRefusal, reasonOfException } from './odoo-refusals.ts';

/** The methods of models that are ever called. Each of them reads, whatever the model and the parameters. */
const READING_METHODS = [
  'context_get',
  'fields_get',
  'search_count',
  'search_read',
  'formatted_read_group',
  'read_group',
] as const;
type ReadingMethod = (typeof READING_METHODS)[number];

export const JSON2_READS: RegExp = new RegExp(
  `^/json/2/[a-z][a-z0-9_.]*/(${READING_METHODS.join('|')})$`,
);

type Value = string | number | boolean;
export type Condition = readonly [string, string, Value | readonly Value[]];
/** Conditions hold together; "|" joins the two that follow it to one that holds where either does. */
export type Domain = readonly (Condition | '|')[];

/** A call of a model with named parameters. */
export type OdooCall = {
  readonly model: string;
  readonly method: ReadingMethod;
  readonly domain?: Domain;
  readonly parameters?: Readonly<Record<string, unknown>>;
};

/** Calls with one identity, the same for both protocols. */
export type OdooRpc = {
  readonly exchange: Exchange;
  readonly credential: Credential;
  readonly protocol: OdooIdentity['protocol'];
  /** The answer with the value that the method returned as its document. */
  call(wanted: OdooCall, budget: Budget): Promise<Outcome<ApiAnswer>>;
};

/** Where the version is asked for; takes no credentials (external_api.rst and odoo/service/common.py). */
export const VERSION_QUESTION: unknown = questionOf('common', 'version', []);
export const JSONRPC_PATH = '/jsonrpc';

type Target = Pick<OdooOptions, 'url' | 'database'>;

export function createOdooRpc(
  target: Target,
  identity: OdooIdentity,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): OdooRpc {
  const { clock } = dependencies;
  const exchange = createExchange({
    url: target.url,
    http,
    clock,
    readRefusal: readOdooRefusal,
  });
  return identity.protocol === 'json2'
    ? createJson2(target, identity, exchange, dependencies)
    : createJsonrpc(target, identity, exchange, dependencies);
}

/** `POST /json/2/<model>/<method>` (content/developer/reference/external_api.rst of odoo/documentation). */
function createJson2(
  { database }: Target,
  identity: Extract<OdooIdentity, { protocol: 'json2' }>,
  exchange: Exchange,
  { resolveSecret }: ConnectorDependencies,
): OdooRpc {
  const secret = createSecretReader(resolveSecret, identity.key);
  const credential = createStaticCredential(secret, (key) => ({ authorization: `bearer ${key}` }));
  const api = createApi({
    exchange,
    credential,
    reads: [JSON2_READS],
    headers: { 'x-odoo-database': database },
  });
  return {
    exchange,
    credential,
    protocol: 'json2',
    call: ({ model, method, domain, parameters }, budget) =>
      api.ask(
        `/json/2/${model}/${method}`,
        { ...(domain === undefined ? {} : { domain }), ...parameters },
        budget,
      ),
  };
}

type Session = { readonly userId: number; readonly secret: string };

/** `POST /jsonrpc` (external_rpc_api.rst): the user's number is asked for once, and the secret goes with every call. */
function createJsonrpc(
  { database }: Target,
  identity: Extract<OdooIdentity, { protocol: 'jsonrpc' }>,
  exchange: Exchange,
  { clock, resolveSecret }: ConnectorDependencies,
): OdooRpc {
  const keeper: SessionKeeper<Session> = createSessionKeeper({
    clock,
    secret: createSecretReader(resolveSecret, identity.password),
    pauseAfterRejectionMs: identity.pause_after_rejection,
    async logIn(secret, budget) {
      const args = [database, identity.user, secret, {}];
      const answer = await post(exchange, questionOf('common', 'authenticate', args), budget);
      if (!answer.ok) return answer;
      const { document: userId } = answer.value;
      if (userId === false) return fail('authentication', 'Odoo does not accept the log-in');
      return typeof userId === 'number' && Number.isSafeInteger(userId)
        ? succeed({ userId, secret })
        : fail('schema_changed', 'common.authenticate answered no number of a user');
    },
  });

  async function call(wanted: OdooCall, budget: Budget): Promise<Outcome<ApiAnswer>> {
    const { model, method, domain, parameters = {} } = wanted;
    // One path takes everything, so what may be sent is decided here.
    if (!READING_METHODS.includes(method)) {
      return fail('internal', `${method} is not known to read only, so it was not sent`);
    }
    const session = await keeper.get(budget);
    if (!session.ok) return session;
    const { userId, secret } = session.value;
    // The domain goes by its place: until 16 search_count called it otherwise.
    const places = domain === undefined ? [] : [domain];
    const args = [database, userId, secret, model, method, places, parameters];
    const answer = await post(exchange, questionOf('object', 'execute_kw', args), budget);
    if (!answer.ok && answer.failure.reason === 'authentication') keeper.drop(session.value);
    return answer;
  }

  return {
    exchange,
    protocol: 'jsonrpc',
    credential: {
      headersFor: () => Promise.resolve(succeed({})),
      refuse: () => false,
      async prove(budget) {
        const fresh = await keeper.fresh(budget);
        return fresh.ok ? succeed(undefined) : fresh;
      },
    },
    async call(wanted, budget) {
      const first = await call(wanted, budget);
      // The secret may have been replaced since the log-in; only a refusal of a new one is about the credentials.
      return !first.ok && first.failure.reason === 'authentication' ? call(wanted, budget) : first;
    },
  };
}

function questionOf(service: string, method: string, args: readonly unknown[]): unknown {
  return { jsonrpc: '2.0', id: 1, method: 'call', params: { service, method, args } };
}

/** Errors come with status 200. */
async function post(
  exchange: Exchange,
  question: unknown,
  budget: Budget,
): Promise<Outcome<ApiAnswer>> {
  const request = { method: 'POST', path: JSONRPC_PATH, body: JSON.stringify(question) } as const;
  const outcome = await exchange.send(request, budget);
  if (!outcome.ok) return outcome;
  const { document, answer } = outcome.value;
  if (!isRecord(document)) return fail('bad_payload', `${JSONRPC_PATH} answered no JSON-RPC`);
  if (isRecord(document['error'])) {
    const { data } = document['error'];
    const reason = reasonOfException(data) ?? 'server_error';
    return fail(reason, `${JSONRPC_PATH} answered with an error of Odoo`);
  }
  return Object.hasOwn(document, 'result')
    ? succeed({ document: document['result'], answer })
    : fail('bad_payload', `${JSONRPC_PATH} answered no JSON-RPC`);
}
