import { connectorOf } from '../../../support/connector-support.ts';
import { describeSpecification } from './describe.ts';

describeSpecification({
  name: 'SuiteCRM',
  source: {
    folder: 'suitecrm',
    files: ['swagger.json'],
    from: 'github.com/SuiteCRM/SuiteCRM, Api/docs/swagger (AGPL-3.0)',
  },
  bases: { 'swagger.json': '/legacy/Api/V8' },
  create: (url) =>
    connectorOf(
      {
        platform: 'suitecrm',
        url,
        version: '8',
        authentication: {
          method: 'client_credentials',
          client_id: 'monitor',
          client_secret: { environment: 'SECRET' },
        },
      },
      { SECRET: 's3cret' },
    ),
  objects: { contacts: ['phone', 'updated_at'] },
  outside: ({ path }) =>
    path === '/legacy/Api/access_token'
      ? { body: { access_token: 'token', expires_in: 3600, token_type: 'Bearer' } }
      : undefined,
  calls: ['aggregate', 'scan of contacts'],
  hopeless: {
    aggregate: 'the document describes requests, and no answers',
    'scan of contacts': 'the document describes requests, and no answers',
  },
  refusals: {
    aggregate: { reasons: ['bad_payload', 'schema_changed'], why: 'nothing is in the answer' },
    'scan of contacts': { reasons: ['bad_payload', 'schema_changed'], why: 'nothing is in it' },
  },
  uses: ['GET /legacy/Api/V8/module/{module}'],
});
