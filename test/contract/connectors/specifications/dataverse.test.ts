import { connectorOf } from '../../../support/connector-support.ts';
import { isJsonRecord } from '../../../support/specifications/json-schema.ts';
import { describeSpecification } from './describe.ts';

const OBJECTS = {
  contacts: {
    entity: 'contact',
    entity_set: 'contacts',
    fields: { email: 'emailaddress1', updated_at: 'modifiedon' },
  },
};

/** The next page would be at another address than the one that answered. */
function settle(body: unknown): unknown {
  if (!isJsonRecord(body)) return body;
  const { '@odata.nextLink': _next, ...last } = body;
  return last;
}

describeSpecification({
  name: 'Dataverse',
  source: {
    folder: 'dataverse',
    files: ['microsoft-dynamics-365-dataverse-web-api-openapi.yml'],
    from: 'github.com/api-evangelist/microsoft-dynamics-365, openapi (names no licence)',
  },
  bases: { 'microsoft-dynamics-365-dataverse-web-api-openapi.yml': '/api/data/v9.2' },
  create: (url) =>
    connectorOf(
      {
        platform: 'dataverse',
        url,
        authority: url,
        tenant: 'contoso.example.com',
        authentication: {
          method: 'client_credentials',
          client_id: '00000000-0000-0000-0000-000000000001',
          client_secret: { environment: 'SECRET' },
        },
        objects: OBJECTS,
      },
      { SECRET: 's3cret' },
    ),
  objects: { contacts: ['email', 'updated_at'] },
  calls: ['scan of contacts'],
  outside: ({ path }) =>
    path.endsWith('/oauth2/v2.0/token')
      ? { body: { access_token: 'token', expires_in: 3600, token_type: 'Bearer' } }
      : undefined,
  settle,
  statuses: { '401': ['authentication'], '403': ['authorization'] },
  requiresNothing: true,
  uses: ['GET /api/data/v9.2/contacts'],
});
