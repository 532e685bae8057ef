import { connectorOf } from '../../../support/connector-support.ts';
import type { SeenRequest } from '../../../support/fault-server.ts';
import { isJsonRecord } from '../../../support/specifications/json-schema.ts';
import { DIGITS, describeSpecification } from './describe.ts';

const OBJECTS = {
  // Of the fields of a module the specification knows only those that all have.
  contacts: {
    entity: 'Contacts',
    fields: { updated_at: 'Modified_Time', id: 'id', owner: 'Created_By' },
  },
};

/** A total of a query stands in a column that a record may have and the specification does not name. */
function settle(body: unknown, request: SeenRequest): unknown {
  if (!isJsonRecord(body)) return body;
  if (request.body.includes('COUNT(id)') && 'data' in body) {
    return { ...body, data: [{ 'COUNT(id)': request.body.length }] };
  }
  const { info, data } = body;
  if (isJsonRecord(info) && typeof info['more_records'] === 'boolean') {
    // More is to come after records alone, and here not after the second page.
    const isMore = Array.isArray(data) && data.length > 0 && !request.body.includes('id > ');
    return { ...body, info: { ...info, more_records: info['more_records'] && isMore } };
  }
  // The text in which it says how many users there are holds digits.
  return 'count' in body ? { ...body, count: String(request.path.length) } : body;
}

describeSpecification({
  name: 'Zoho CRM',
  source: {
    folder: 'zoho',
    files: ['coql.json', 'org.json', 'record.json', 'users.json'],
    from: 'github.com/zoho/crm-oas, v8.0 (names no licence; they refer to the others of its files)',
  },
  create: (url) =>
    connectorOf(
      {
        platform: 'zoho',
        url,
        accounts_url: url,
        authentication: {
          method: 'refresh_token',
          client_id: '1000.ABC',
          client_secret: { environment: 'SECRET' },
          refresh_token: { environment: 'REFRESH' },
        },
        objects: OBJECTS,
      },
      { SECRET: 's3cret', REFRESH: 's3cret' },
    ),
  // Failures of web hooks are younger than the files, and every feature there has one above it, without an end.
  calls: ['ping', 'login', 'latency', 'apiRemovals', 'accounts', 'aggregate', 'scan of contacts'],
  objects: { contacts: Object.keys(OBJECTS.contacts.fields) },
  hints: { id: DIGITS },
  statuses: { '400': ['schema_changed'] },
  requiresNothing: true,
  settle,
  outside: ({ path }) =>
    path.startsWith('/oauth/v2/token')
      ? { body: { access_token: 'token', expires_in: 3600, token_type: 'Bearer' } }
      : undefined,
  undocumented: [
    {
      template: '/crm/v8/users/actions/count',
      parameter: /^type=ActiveConfirmedAdmins$/,
      why: 'users-count.html of the documentation has it; the file lists six of ten types',
    },
  ],
  refusals: Object.fromEntries(
    ['login', 'latency', 'apiRemovals', 'accounts', 'aggregate', 'scan of contacts'].map((call) => [
      call,
      { reasons: ['server_error'], why: 'the files allow an error as the body of a success' },
    ]),
  ),
  uses: [
    'GET /crm/v8/org',
    'GET /crm/v8/users/actions/count',
    'GET /crm/v8/{module_api_name}',
    'POST /crm/v8/coql',
  ],
});
