import { connectorOf } from '../../support/connector-support.ts';
import type { GoodAnswer, SeenRequest } from '../../support/fault-server.ts';
import { describeWebConnector } from './contract.ts';
import { JSON2, JSONRPC, SECRETS, json2, jsonrpc, questionOf, rpcError } from './odoo-server.ts';

/** Nothing but what reads; with JSON-RPC it is the body that says what is called. */
const READS = /^(context_get|fields_get|search_count|search_read|formatted_read_group|read_group)$/;

function isReadOnly(request: SeenRequest): boolean {
  if (request.path === '/web/version') return request.method === 'GET';
  const { service, method, called } = questionOf(request);
  if (service === 'common') return method === 'version' || method === 'authenticate';
  return READS.test(called);
}

/** An error as JSON-2 gives it (external_api.rst). */
function refusal(status: number, name: string, message = 'of Odoo'): GoodAnswer {
  return { status, body: { name, message, arguments: [message], context: {}, debug: 's3cret' } };
}

function calls(
  pattern: RegExp,
  answer: GoodAnswer,
): (request: SeenRequest) => GoodAnswer | undefined {
  return (request) => {
    const { model, called } = questionOf(request);
    return pattern.test(`${model}/${called}`) ? answer : undefined;
  };
}

const everywhere = (reason: 'authentication' | 'authorization' | 'database_unavailable') =>
  ({
    login: reason,
    latency: reason,
    aggregate: reason,
    scan: reason,
    accounts: reason,
    logins: reason,
    apiTokens: reason,
    integrations: reason,
  }) as const;

/** What is asked as an administrator. */
const WATCHED = /res\.users\.(log|apikeys)|ir\.model/;

describeWebConnector({
  name: 'odoo by JSON-2',
  respond: json2,
  create: (url, authority) =>
    connectorOf({ ...JSON2, url, tls: { ca_file: 'ca.pem' } }, { ...SECRETS, 'ca.pem': authority }),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'A@example.com', 'c@example.com'],
  isReadOnly,
  troubles: [
    {
      name: 'the key is refused by name, with 403',
      respond: calls(/./, refusal(403, 'odoo.exceptions.AccessDenied')),
      expected: everywhere('authentication'),
    },
    {
      name: 'the user may not read a model',
      respond: calls(/search|group/, refusal(403, 'odoo.exceptions.AccessError')),
      expected: { aggregate: 'authorization', scan: 'authorization', jobs: 'authorization' },
    },
    {
      name: 'there is no such database, or it is gone',
      // NOT_FOUND_NODB of odoo/http.py.
      respond: ({ path }) =>
        path.startsWith('/json/2/')
          ? {
              status: 404,
              headers: { 'content-type': 'text/html; charset=utf-8' },
              body: '<!DOCTYPE html><p>No database is selected and the requested URL was not found</p>',
            }
          : undefined,
      expected: everywhere('database_unavailable'),
    },
    {
      name: 'the database is lost in the middle',
      respond: calls(
        /./,
        refusal(500, 'psycopg2.OperationalError', 'server closed the connection'),
      ),
      expected: everywhere('database_unavailable'),
    },
    {
      name: 'the administrator is none',
      respond: calls(WATCHED, refusal(403, 'odoo.exceptions.AccessError')),
      expected: {
        logins: 'authorization',
        apiTokens: 'authorization',
        integrations: 'authorization',
      },
    },
    {
      name: 'keys show no time',
      respond: calls(/apikeys\/fields_get/, { body: {} }),
      expected: { apiTokens: 'schema_changed' },
    },
    {
      name: 'a key was made on a day that there is not',
      respond: calls(/apikeys\/search_read/, {
        body: [{ id: 1, create_date: '2026-02-30 08:00:00' }],
      }),
      expected: { apiTokens: 'schema_changed' },
    },
    {
      name: 'the action that clears log-ins is gone',
      respond: calls(/ir\.model\.data/, { body: '[]' }),
      expected: { logins: 'schema_changed' },
    },
    {
      name: 'a model was removed with its module',
      respond: calls(/res\.partner/, refusal(404, 'werkzeug.exceptions.NotFound')),
      expected: { aggregate: 'not_found', scan: 'not_found' },
    },
    {
      name: 'a field was removed',
      respond: calls(/res\.partner\/fields_get/, {
        body: { id: { type: 'integer', store: true } },
      }),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'a field is removed after it was looked up',
      respond: calls(
        /res\.partner\/(search|formatted)/,
        refusal(500, 'builtins.ValueError', "Invalid field 'email' on model 'res.partner'"),
      ),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'parameters have changed',
      respond: calls(/search_read/, refusal(422, 'werkzeug.exceptions.UnprocessableEntity')),
      expected: { scan: 'schema_changed', jobs: 'schema_changed' },
    },
    {
      name: 'there is a defect of its own',
      respond: calls(/search|group/, refusal(500, 'builtins.ZeroDivisionError')),
      expected: { aggregate: 'server_error', scan: 'server_error', jobs: 'server_error' },
    },
  ],
});

describeWebConnector({
  name: 'odoo by JSON-RPC',
  respond: jsonrpc,
  create: (url, authority) =>
    connectorOf(
      { ...JSONRPC, url, tls: { ca_file: 'ca.pem' } },
      { ...SECRETS, 'ca.pem': authority },
    ),
  object: 'contacts',
  field: 'email',
  values: ['a@example.com', null, 'A@example.com', 'c@example.com'],
  isReadOnly,
  isLogIn: (request) => questionOf(request).method === 'authenticate',
  troubles: [
    {
      name: 'the log-in is not accepted',
      respond: (request) =>
        questionOf(request).method === 'authenticate'
          ? { body: { jsonrpc: '2.0', id: 1, result: false } }
          : undefined,
      expected: { ...everywhere('authentication'), jobs: 'authentication' },
    },
    {
      name: 'an address is locked out after failed log-ins',
      respond: (request) =>
        questionOf(request).method === 'authenticate'
          ? rpcError('odoo.exceptions.AccessDenied', 'Too many login failures')
          : undefined,
      expected: everywhere('authentication'),
    },
    {
      name: 'the user may not read a model',
      respond: calls(/search|group/, rpcError('odoo.exceptions.AccessError')),
      expected: { aggregate: 'authorization', scan: 'authorization', jobs: 'authorization' },
    },
    {
      name: 'there is no such database',
      respond: (request) =>
        questionOf(request).method === 'version'
          ? undefined
          : rpcError('psycopg2.OperationalError', 'FATAL: database "company" does not exist'),
      expected: everywhere('database_unavailable'),
    },
    {
      name: 'a model was removed with its module',
      respond: calls(
        /res\.partner/,
        rpcError('odoo.exceptions.UserError', "Object res.partner doesn't exist"),
      ),
      expected: { aggregate: 'not_found', scan: 'not_found' },
    },
    {
      name: 'a field was removed',
      respond: calls(
        /res\.partner\/(search|read_group)/,
        rpcError('builtins.ValueError', "Invalid field 'email' on model 'res.partner'"),
      ),
      expected: { aggregate: 'schema_changed', scan: 'schema_changed' },
    },
    {
      name: 'JSON-RPC is switched off',
      respond: ({ path }) => (path === '/jsonrpc' ? { status: 404, body: '{}' } : undefined),
      expected: { login: 'not_found', aggregate: 'not_found', scan: 'not_found' },
    },
  ],
});
