import { connectorOf } from '../../../support/connector-support.ts';
import { isJsonRecord } from '../../../support/specifications/json-schema.ts';
import { describeSpecification } from './describe.ts';

/** Of the limits it names none, and this is one that every organization has. */
function settle(body: unknown): unknown {
  return isJsonRecord(body)
    ? { ...body, DailyApiRequests: { Max: 15_000, Remaining: 14_998 } }
    : body;
}

describeSpecification({
  name: 'Salesforce',
  source: {
    folder: 'salesforce',
    files: ['salesforce-limits-api-openapi.yml'],
    from: 'github.com/api-evangelist/salesforce, openapi (Salesforce Developer Terms)',
  },
  // It gives the address of another API; and it is the only one of its files that tells the truth about ours: for queries
  // it has POST with a JSON body, where Salesforce documents GET with "q".
  bases: { 'salesforce-limits-api-openapi.yml': '/services/data/v62.0' },
  create: (url) =>
    connectorOf(
      {
        platform: 'salesforce',
        url,
        authentication: {
          method: 'client_credentials',
          client_id: 'key',
          client_secret: { environment: 'SECRET' },
        },
      },
      { SECRET: 's3cret' },
    ),
  objects: { contacts: ['email'] },
  calls: ['limits'],
  outside({ path }) {
    if (path === '/services/oauth2/token') {
      return { body: { access_token: 'token', token_type: 'Bearer' } };
    }
    // Licenses are asked for by a query.
    return path.includes('/query?')
      ? { body: { totalSize: 0, done: true, records: [] } }
      : undefined;
  },
  settle,
  statuses: { '401': ['authentication'] },
  requiresNothing: true,
  uses: ['GET /services/data/v62.0/limits'],
});
