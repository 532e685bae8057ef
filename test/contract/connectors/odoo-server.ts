import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';

/**
 * A small Odoo in the shapes of content/developer/reference/external_api.rst and external_rpc_api.rst of
 * odoo/documentation, and of the models in odoo/odoo: fields_get, search_count, search_read, formatted_read_group
 * (19) and read_group (18 and before).
 */
type Entry = Readonly<Record<string, unknown>>;
type Model = {
  /** Type of each field; "!" marks one that is not stored. */
  readonly fields: Readonly<Record<string, string>>;
  readonly records: readonly Entry[];
  readonly isForAdministrators?: true;
};

const CUSTOM = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`x_field${index}`, index % 2 === 0 ? 'char' : 'date']),
);

const PARTNER = {
  id: 0,
  name: 'n',
  email: false,
  email_normalized: false,
  phone: false,
  website: false,
  parent_id: false,
  country_id: false,
  user_id: false,
  category_id: [],
  is_company: false,
  x_score: 0,
  x_born: false,
  ...Object.fromEntries(Object.keys(CUSTOM).map((name) => [name, false])),
};

const MODELS: Readonly<Record<string, Model>> = {
  'res.partner': {
    fields: {
      id: 'integer',
      name: 'char',
      email: 'char',
      email_normalized: 'char',
      phone: 'char',
      website: 'char',
      parent_id: 'many2one',
      country_id: 'many2one',
      user_id: 'many2one',
      category_id: 'many2many',
      is_company: 'boolean',
      x_score: 'integer',
      x_born: 'date',
      write_date: 'datetime',
      ...CUSTOM,
    },
    records: [
      {
        ...PARTNER,
        id: 1,
        email: 'a@example.com',
        email_normalized: 'a@example.com',
        parent_id: [4, 'Azure'],
        category_id: [1, 2],
        x_born: '2026-01-01',
        write_date: '2026-01-01 08:00:00',
      },
      { ...PARTNER, id: 2, write_date: '2026-01-03 08:00:00' },
      {
        ...PARTNER,
        id: 3,
        email: 'A@example.com',
        email_normalized: 'a@example.com',
        x_born: '2026-01-02',
        write_date: '2026-01-01 23:59:59',
      },
      {
        ...PARTNER,
        id: 4,
        email: 'c@example.com',
        email_normalized: 'c@example.com',
        write_date: '2026-01-04 08:00:00',
      },
    ],
  },
  // odoo/addons/base/models/ir_cron.py
  'ir.cron': {
    isForAdministrators: true,
    fields: { id: 'integer', active: 'boolean', nextcall: 'datetime', failure_count: 'integer' },
    records: [
      { id: 1, active: true, nextcall: '2026-01-05 08:00:00', failure_count: 0 },
      { id: 2, active: true, nextcall: '2026-01-05 08:30:00', failure_count: 3 },
      { id: 3, active: true, nextcall: '2126-01-05 08:00:00', failure_count: 0 },
      { id: 4, active: false, nextcall: '2026-01-05 07:00:00', failure_count: 0 },
    ],
  },
  // odoo/addons/base/models/res_users.py, addons/auth_totp/models/res_users.py
  'res.users': {
    isForAdministrators: true,
    fields: {
      id: 'integer',
      active: 'boolean',
      share: 'boolean',
      all_group_ids: 'many2many',
      groups_id: 'many2many',
      totp_enabled: 'boolean',
    },
    records: [
      { id: 2, active: true, share: false, groups: [1, 7], totp_enabled: true },
      { id: 5, active: true, share: false, groups: [1, 7], totp_enabled: false },
      { id: 6, active: true, share: false, groups: [1], totp_enabled: false },
      { id: 7, active: true, share: true, groups: [9], totp_enabled: true },
      { id: 8, active: false, share: false, groups: [1, 7], totp_enabled: true },
    ].map(({ groups, ...user }) => ({ ...user, all_group_ids: groups, groups_id: groups })),
  },
  'ir.model.data': {
    isForAdministrators: true,
    fields: { id: 'integer', module: 'char', name: 'char', res_id: 'integer' },
    records: [
      { id: 1, module: 'base', name: 'group_user', res_id: 1 },
      { id: 2, module: 'base', name: 'group_system', res_id: 7 },
    ],
  },
};

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
function fulfils(
  record: Entry,
  [field, operator, value]: readonly [string, string, unknown],
): boolean {
  const own = record[field];
  const plain: unknown = Array.isArray(own) && typeof own[1] === 'string' ? own[0] : own;
  switch (operator) {
    case '=':
      return plain === value;
    case '!=':
      return plain !== value;
    case 'in':
      return Array.isArray(own) && own.some((each) => (value as readonly unknown[]).includes(each));
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

type Domain = readonly (readonly [string, string, unknown])[];

/** What a method returns; undefined for one that there is not. */
function run({ model, called, parameters }: Question, isJson2: boolean): unknown {
  const { fields, records } = MODELS[model] ?? { fields: {}, records: [] };
  const domain = (parameters['domain'] ?? []) as Domain;
  const isActiveAsked = domain.some(([field]) => field === 'active');
  const found = records.filter(
    (record) =>
      (isActiveAsked || record['active'] !== false) &&
      domain.every((condition) => fulfils(record, condition)),
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
      return found
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
