import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { MODELS } from './odoo-models.ts';
import type { Entry } from './odoo-models.ts';

/**
 * A small Odoo in the shapes of content/developer/reference/external_api.rst and external_rpc_api.rst of
 * odoo/documentation, and of the models in odoo/odoo: fields_get, search_count, search_read, formatted_read_group
 * (19) and read_group (18 and before).
 */
type Question = {
  readonly service: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly model: string;
  /** The method of the model; "" for anything else. */
  readonly called: string;
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** What a request asks for, by either protocol. */
export function questionOf({ path, body }: SeenRequest): Question {
  const none = { service: '', method: '', args: [], model: '', called: '', parameters: {} };
  const [, model = '', called = ''] = /^\/json\/2\/([\w.]+)\/(\w+)$/.exec(path) ?? [];
  if (called !== '') {
    const parameters = JSON.parse(body) as Readonly<Record<string, unknown>>;
    return { ...none, model, called, parameters };
  }
  if (path !== '/jsonrpc') return none;
  const { params } = JSON.parse(body) as {
    params: { service: string; method: string; args: readonly unknown[] };
  };
  if (params.service !== 'object') return { ...none, ...params };
  const [, , , of, name, places, named] = params.args as [
    string,
    number,
    string,
    string,
    string,
    readonly unknown[],
    Record<string, unknown>,
  ];
  const parameters = places.length === 0 ? named : { domain: places[0], ...named };
  return { ...params, model: of, called: name, parameters };
}

/** The condition of a domain on a record (content/developer/reference/backend/orm.rst). */
function fulfils(record: Entry, [field, operator, value]: Term): boolean {
  const own = record[field];
  const plain: unknown = Array.isArray(own) && typeof own[1] === 'string' ? own[0] : own;
  switch (operator) {
    case '=':
      return plain === value;
    case '!=':
      return plain !== value;
    case 'in': {
      const wanted = value as readonly unknown[];
      return Array.isArray(own)
        ? own.some((each) => wanted.includes(each))
        : wanted.includes(plain);
    }
    case '>=': {
      // By way of a list, one record of it is enough.
      const each = Array.isArray(own) ? own : [own];
      return each.some((one) => one !== false && String(one) >= String(value));
    }
    case '<':
      return plain !== false && String(plain) < String(value);
    case '<=':
      return plain !== false && String(plain) <= String(value);
    case '>':
      return Number(plain) > Number(value);
    default:
      throw new Error(`no operator is ${operator}`);
  }
}

type Term = readonly [string, string, unknown];
type Domain = readonly (Term | '|')[];

/** Terms hold together, but "|" joins the two that follow it. */
function holds(record: Entry, domain: Domain): boolean {
  let isTrue = true;
  for (let at = 0; at < domain.length; at += 1) {
    const terms = domain[at] === '|' ? domain.slice(at + 1, at + 3) : domain.slice(at, at + 1);
    at += terms.length - (domain[at] === '|' ? 0 : 1);
    isTrue &&= terms.some((term) => term !== '|' && fulfils(record, term));
  }
  return isTrue;
}

/** What a method returns; undefined for one that there is not. */
function run({ model, called, parameters }: Question, isJson2: boolean): unknown {
  const { fields, records } = MODELS[model] ?? { fields: {}, records: [] };
  const domain = (parameters['domain'] ?? []) as Domain;
  const isActiveAsked = domain.some(([field]) => field === 'active');
  const found = records.filter(
    (record) => (isActiveAsked || record['active'] !== false) && holds(record, domain),
  );
  switch (called) {
    case 'context_get':
      return { lang: 'en_US', tz: false, uid: 2 };
    case 'fields_get': {
      const wanted = parameters['allfields'] as readonly string[];
      const known = wanted.filter((name) => Object.hasOwn(fields, name));
      const attributes = (name: string): object => ({
        type: fields[name],
        // The field is computed, and searched by a method of its own from 15 on.
        store: name !== 'totp_enabled',
        searchable: true,
      });
      return Object.fromEntries(known.map((name) => [name, attributes(name)]));
    }
    case 'search_count':
      return found.length;
    case 'search_read': {
      const names = parameters['fields'] as readonly string[];
      const order = String(parameters['order']);
      return found
        .toSorted((one, other) => (String(one[order]) < String(other[order]) ? -1 : 1))
        .slice(0, Number(parameters['limit']))
        .map((record) => Object.fromEntries(names.map((name) => [name, record[name]])));
    }
    case 'formatted_read_group':
      return isJson2 ? groupsOf(found, parameters) : undefined;
    case 'read_group':
      return isJson2
        ? undefined
        : groupsOf(found, { ...parameters, aggregates: parameters['fields'] });
    default:
      return undefined;
  }
}

/** Aggregates by their own name (19) or as `name:function(field)` (before), as `_read_group` computes them. */
function groupsOf(
  found: readonly Entry[],
  { groupby, aggregates, having }: Readonly<Record<string, unknown>>,
): readonly Entry[] {
  const keys = groupby as readonly string[];
  const by = Map.groupBy(found, (record) => JSON.stringify(keys.map((key) => record[key])));
  const all = keys.length === 0 ? [found] : [...by.values()];
  const kept = having === undefined ? all : all.filter((group) => group.length > 1);
  return kept.map((group) =>
    Object.fromEntries(
      (aggregates as readonly string[]).map((spec) => {
        const [, name = spec, call = '', of] = /^(\w+):(\w+)(?:\((\w+)\))?$/.exec(spec) ?? [];
        const values = group.map((record) => record[of ?? name]).filter((value) => value !== false);
        const least = values.map(String).sort()[0] ?? false;
        const value = { '': group.length, count: values.length, min: least }[call];
        return [of === undefined ? spec : name, value];
      }),
    ),
  );
}

/** Odoo 19: an API key of the monitoring user, and one of an administrator. */
export function json2(request: SeenRequest): GoodAnswer {
  const { method, path, headers } = request;
  if (path === '/web/version' && method === 'GET') {
    return { body: { version_info: [19, 0, 0, 'final', 0, ''], version: '19.0' } };
  }
  const question = questionOf(request);
  if (question.called === '' || method !== 'POST') return { status: 404, body: '' };
  const isAdministrator = headers['authorization'] === 'bearer s3cret-too';
  if (headers['authorization'] !== 'bearer s3cret' && !isAdministrator) {
    return {
      status: 401,
      body: { name: 'werkzeug.exceptions.Unauthorized', message: 'Invalid apikey' },
    };
  }
  if (headers['x-odoo-database'] !== 'company') return { status: 404, body: '' };
  if (isForbidden(question, isAdministrator)) {
    return { status: 403, body: { name: 'odoo.exceptions.AccessError', message: 'no' } };
  }
  const result = run(question, true);
  if (result === undefined) return { status: 404, body: { name: 'werkzeug.exceptions.NotFound' } };
  // Numbers and lists alone are JSON as well.
  return { body: JSON.stringify(result) };
}

function isForbidden({ model, called }: Question, isAdministrator: boolean): boolean {
  return (
    !isAdministrator && called !== 'context_get' && MODELS[model]?.isForAdministrators === true
  );
}

/** Users by log-in: number and secret. */
const USERS: Readonly<Record<string, readonly [number, string]>> = {
  crmwatch: [5, 's3cret'],
  admin: [2, 's3cret-too'],
};

/** Odoo 18. */
export function jsonrpc(request: SeenRequest): GoodAnswer {
  if (request.path !== '/jsonrpc' || request.method !== 'POST') return { status: 404, body: '' };
  const question = questionOf(request);
  const answer = (result: unknown): GoodAnswer => ({ body: { jsonrpc: '2.0', id: 1, result } });
  const { service, method, args } = question;
  if (service === 'common' && method === 'version') {
    return answer({ server_version: '18.0', server_serie: '18.0', protocol_version: 1 });
  }
  if (args[0] !== 'company') return rpcError('psycopg2.OperationalError');
  if (service === 'common' && method === 'authenticate') {
    const [number, secret] = USERS[String(args[1])] ?? [];
    return answer(secret === args[2] && number !== undefined ? number : false);
  }
  const user = Object.values(USERS).find(([number]) => number === args[1]);
  if (user?.[1] !== args[2]) return rpcError('odoo.exceptions.AccessDenied');
  if (isForbidden(question, args[1] === 2)) return rpcError('odoo.exceptions.AccessError');
  const result = run(question, false);
  return result === undefined ? rpcError('builtins.AttributeError') : answer(result);
}

/** By which the tests connect; the secrets of both identities. */
export const SECRETS = { KEY: 's3cret', PASSWORD: 's3cret-too' };

export const JSON2 = {
  platform: 'odoo',
  database: 'company',
  authentication: { protocol: 'json2', key: { environment: 'KEY' } },
  security_authentication: { protocol: 'json2', key: { environment: 'PASSWORD' } },
};
export const JSONRPC = {
  platform: 'odoo',
  database: 'company',
  authentication: { protocol: 'jsonrpc', user: 'crmwatch', password: { environment: 'KEY' } },
  security_authentication: {
    protocol: 'jsonrpc',
    user: 'admin',
    password: { environment: 'PASSWORD' },
  },
};

/** An error as JSON-RPC gives it, which always answers 200 (`JsonRPCDispatcher` in odoo/http.py). */
export function rpcError(name: string, message = 'of Odoo'): GoodAnswer {
  const data = { name, message, arguments: [message], context: {}, debug: 's3cret' };
  return {
    body: { jsonrpc: '2.0', id: 1, error: { code: 200, message: 'Odoo Server Error', data } },
  };
}
