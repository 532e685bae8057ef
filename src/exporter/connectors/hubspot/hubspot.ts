import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createHubspotConnector } from './hubspot-connector.ts';
import { SEARCH } from './hubspot-api.ts';
import { hubspotDecoder } from './hubspot-options.ts';

export const hubspot: Platform = definePlatform({
  title: 'HubSpot',
  decoder: hubspotDecoder,
  create: createHubspotConnector,
  posts: () => [SEARCH],
  sources: {
    ...WEB_SOURCES,
    reachability: { from: 'the refusal of `GET /account-info/<date>/details` without credentials' },
    login: { from: '`GET /account-info/<date>/details`' },
    api_latency: {
      from: '`GET /account-info/<date>/details`, and a page of 100 records of the first object',
    },
    background_jobs: { not: 'the API of HubSpot lists no background jobs' },
    api_quota: {
      from: '`GET /account-info/<date>/api-usage/daily/private-apps`, where it is fresh, and records of `GET /crm/limits/<date>/records`',
    },
    integrations: {
      from: 'failed imports of `GET /crm/imports/<date>`, with the scope `crm.import` alone; HubSpot tells nothing of what it sends',
    },
    certificate: { from: 'the TLS connection' },
    failed_logins: {
      from: '`GET /account-info/<date>/activity/login`, without why a log-in failed',
    },
    accounts: {
      from: 'super admins of `GET /settings/users/<date>`; it does not tell who is deactivated or locked out, nor second factors',
    },
    audit_trail: {
      from: '`GET /account-info/<date>/activity/security`: rights of super admins, teams, apps and keys, and exports',
    },
    api_tokens: { not: 'the API of HubSpot lists neither apps nor keys' },
    data_quality: {
      from: 'the total of a search for each field and filter; a scan in pages of 100 for duplicates, formats and orphans',
    },
  },
});
