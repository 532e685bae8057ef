import { createHmac } from 'node:crypto';

import type { HttpClient, Outcome } from '../../../http/http.ts';
import { known, unknown, unreachable } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ConnectorDependencies } from '../connector.ts';
import { createApi } from '../web/api.ts';
import type { Api } from '../web/api.ts';
import type { Budget } from '../web/budget.ts';
import { createStaticCredential } from '../web/credential.ts';
import type { Credential } from '../web/credential.ts';
import { createExchange, withoutQuery } from '../web/exchange.ts';
import type { Exchange } from '../web/exchange.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createSecretReader } from '../web/secret-reader.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { EspocrmIdentity } from './espocrm-options.ts';

/** Below the address of the CRM. */
export const API_PATH = '/api/v1';

/** One condition of a search, as `where` has them (application/Espo/Core/Select/Where/Item/Type.php). */
export type Condition = {
  readonly type: string;
  readonly attribute: string;
  readonly value?: string | readonly string[];
};

/** Requests with one identity. */
export type EspocrmApi = {
  readonly api: Api;
  readonly credential: Credential;
  readonly exchange: Exchange;
  /** How many records of an entity fulfil all conditions. */
  count(
    entity: string,
    where: readonly Condition[],
    budget: Budget,
  ): Promise<Outcome<Knowable<number>>>;
  /** Records in the order of an attribute, rising. */
  list(search: Search, budget: Budget): Promise<Outcome<readonly JsonRecord[]>>;
};

export type Search = {
  readonly entity: string;
  readonly where: readonly Condition[];
  readonly attributes: readonly string[];
  readonly orderBy: string;
  readonly size: number;
};

export function createEspocrmApi(
  url: string,
  identity: EspocrmIdentity,
  http: HttpClient,
  dependencies: ConnectorDependencies,
): EspocrmApi {
  const exchange = createExchange({ url: `${url}${API_PATH}`, http, clock: dependencies.clock });
  const credential = credentialOf(identity, dependencies);
  const api = createApi({ exchange, credential });
  return {
    api,
    credential,
    exchange,
    async count(entity, where, budget) {
      const path = `/${entity}?${queryOf({ where, maxSize: 1, select: 'id' })}`;
      const outcome = await api.get(path, budget);
      return outcome.ok ? totalOf(outcome.value.document, path) : outcome;
    },
    async list({ entity, where, attributes, orderBy, size }, budget) {
      const select = [...new Set(['id', ...attributes])].join(',');
      const query = queryOf({ where, maxSize: size, select, orderBy, order: 'asc' });
      const path = `/${entity}?${query}`;
      const outcome = await api.get(path, budget);
      return outcome.ok ? recordsAt(outcome.value.document, ['list'], withoutQuery(path)) : outcome;
    },
  };
}

function credentialOf(
  identity: EspocrmIdentity,
  { resolveSecret }: ConnectorDependencies,
): Credential {
  switch (identity.method) {
    case 'api_key':
      return createStaticCredential(createSecretReader(resolveSecret, identity.key), (key) => ({
        'x-api-key': key,
      }));
    case 'hmac':
      return createStaticCredential(
        createSecretReader(resolveSecret, identity.secret),
        (secret, { method, path }) => {
          // As it is since 8.4.1; older versions take it as well (Authentication/Logins/Hmac.php).
          const signed = `${method} ${withoutQuery(path)}`;
          const hash = createHmac('sha256', secret).update(signed).digest('hex');
          const proof = Buffer.from(`${identity.api_key}:${hash}`).toString('base64');
          return { 'x-hmac-authorization': proof };
        },
      );
    case 'basic':
      return createStaticCredential(
        createSecretReader(resolveSecret, identity.password),
        (password) => {
          const pair = Buffer.from(`${identity.user}:${password}`).toString('base64');
          // The header Espo-Authorization would open a session with each request, which EspoCRM keeps for days.
          return { authorization: `Basic ${pair}` };
        },
      );
    default:
      return unreachable(identity);
  }
}

/** A total below 0 means that counting is switched off for an entity (-1: there are more, -2: there are none). */
function totalOf(document: unknown, path: string): Outcome<Knowable<number>> {
  const total = memberOf(document, 'total');
  if (typeof total !== 'number' || !Number.isSafeInteger(total)) {
    return fail('schema_changed', `${withoutQuery(path)} has no number at total`);
  }
  if (total >= 0) return succeed(known(total));
  const entity = withoutQuery(path).slice(1);
  return succeed(unknown('not_supported', `EspoCRM does not count records of ${entity}`));
}

function queryOf({
  where,
  ...parameters
}: {
  readonly where: readonly Condition[];
  readonly maxSize: number;
  readonly select: string;
  readonly orderBy?: string;
  readonly order?: string;
}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  for (const [index, { type, attribute, value }] of where.entries()) {
    query.set(`where[${index}][type]`, type);
    query.set(`where[${index}][attribute]`, attribute);
    if (typeof value === 'string') query.set(`where[${index}][value]`, value);
    else for (const one of value ?? []) query.append(`where[${index}][value][]`, one);
  }
  return query.toString();
}
