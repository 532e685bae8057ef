import fc from 'fast-check';

import { connectorOf } from '../../../support/connector-support.ts';
import type { SeenRequest } from '../../../support/fault-server.ts';
import { isJsonRecord } from '../../../support/specifications/json-schema.ts';
import { describeSpecification } from './describe.ts';

/** The second page is the last one. */
function settle(body: unknown, { path }: SeenRequest): unknown {
  if (!path.includes('after=') || !isJsonRecord(body)) return body;
  const { paging: _more, ...last } = body;
  return last;
}

describeSpecification({
  name: 'HubSpot',
  source: {
    folder: 'hubspot',
    files: [
      'accountInfo.json',
      'auditLogs.json',
      'imports.json',
      'limitsTracking.json',
      'objects.json',
      'userProvisioning.json',
    ],
    from: 'github.com/HubSpot/HubSpot-public-api-spec-collection, 2026-03 (proprietary)',
  },
  create: (url) =>
    connectorOf(
      {
        platform: 'hubspot',
        url,
        authentication: { method: 'private_app', token: { environment: 'TOKEN' } },
        search_interval: '1ms',
      },
      { TOKEN: 's3cret' },
    ),
  objects: { contacts: ['email', 'phone', 'updated_at'] },
  hints: {
    name: fc.constantFrom('private-apps-api-calls-daily', 'a', 'B-2'),
    // Those that are asked for are always there; the schema knows no names.
    properties: fc.record({
      email: fc.string(),
      phone: fc.string(),
      lastmodifieddate: fc.string(),
    }),
  },
  settle,
  refusals: {
    accounts: {
      reasons: ['schema_changed'],
      why: 'nobody but a user can have made the app, so a list of no user is none',
    },
  },
  uses: [
    'GET /account-info/2026-03/activity/login',
    'GET /account-info/2026-03/activity/security',
    'GET /account-info/2026-03/api-usage/daily/private-apps',
    'GET /account-info/2026-03/details',
    'GET /crm/imports/2026-03',
    'GET /crm/limits/2026-03/records',
    'GET /crm/objects/2026-03/{objectType}',
    'GET /settings/users/2026-03',
    'POST /crm/objects/2026-03/{objectType}/search',
  ],
});
