import fc from 'fast-check';

import { connectorOf } from '../../../support/connector-support.ts';
import type { SeenRequest } from '../../../support/fault-server.ts';
import { isJsonRecord } from '../../../support/specifications/json-schema.ts';
import { describeSpecification } from './describe.ts';

/** Examples name the same next page for ever; the second page is the last one here. */
function settle(body: unknown, { path }: SeenRequest): unknown {
  if (!path.includes('cursor=') || !isJsonRecord(body)) return body;
  const { additional_data: _more, ...last } = body;
  return last;
}

describeSpecification({
  name: 'Pipedrive',
  source: {
    folder: 'pipedrive',
    files: ['pipedrive-v1-openapi.yml', 'pipedrive-v2-openapi.yml'],
    from: 'github.com/api-evangelist/pipedrive, openapi/_original (names no licence)',
  },
  // Of a company's own address, /v1 is an old name of /api/v1.
  bases: { 'pipedrive-v1-openapi.yml': '/api/v1' },
  create: (url) =>
    connectorOf(
      {
        platform: 'pipedrive',
        url,
        authentication: { method: 'api_token', token: { environment: 'TOKEN' } },
      },
      { TOKEN: 's3cret' },
    ),
  objects: {
    persons: ['email', 'phone', 'id', 'name', 'organization', 'owner', 'updated_at'],
    organizations: ['name', 'address', 'owner', 'updated_at'],
    deals: ['name', 'person', 'amount', 'status', 'stage', 'close_date', 'updated_at'],
  },
  // One that says of itself that it is none is a trouble of its own in pipedrive.test.ts.
  hints: {
    success: fc.constant(true),
    next_cursor: fc.uuid(),
    // Of whoever asks too: web hooks are read as an administrator alone.
    access: fc.constant(
      ['global', 'sales', 'account_settings'].map((app) => ({ app, admin: true })),
    ),
  },
  statuses: { '401': ['authentication'] },
  requiresNothing: true,
  settle,
  refusals: {
    accounts: {
      reasons: ['schema_changed'],
      why: 'whoever asks is an active user, so a list without any is none',
    },
  },
  uses: [
    'GET /api/v1/users',
    'GET /api/v1/users/me',
    'GET /api/v1/webhooks',
    'GET /api/v2/deals',
    'GET /api/v2/organizations',
    'GET /api/v2/persons',
  ],
});
