import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { API_PATH, TOKEN_PATH } from './zoho-api.ts';
import { COMPOSITE } from './zoho-composite.ts';
import { createZohoConnector } from './zoho-connector.ts';
import { zohoDecoder } from './zoho-options.ts';

export const zoho: Platform = definePlatform({
  title: 'Zoho CRM, API 8',
  decoder: zohoDecoder,
  create: createZohoConnector,
  posts: () => [TOKEN_PATH, `${API_PATH}/coql`, `${API_PATH}${COMPOSITE}`],
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET /org` without credentials, which Zoho refuses in JSON; no version',
    },
    login: { from: 'an access token, and `GET /org`' },
    api_latency: { from: '`GET /org`, and a page of 100 records of the first object' },
    background_jobs: {
      not: 'Zoho lists the jobs of no one but those who started them by their identifier',
    },
    api_quota: {
      from: '`GET /__features/user_licenses`: the licences of users; not the credits of the API, of which Zoho never tells how many there are',
    },
    integrations: {
      from: '`GET /settings/automation/webhook_failures`; nothing of imports, messages and synchronisation',
    },
    failed_logins: { not: 'sign-ins are recorded by Zoho Accounts, and the API has none' },
    accounts: { from: '`GET /users/actions/count`; no second factors, no last log-ins' },
    audit_trail: {
      not: 'Zoho gives its audit log as an export alone, which would have to be started by a request that is no question',
    },
    api_tokens: { not: 'connected applications and tokens are a matter of Zoho Accounts' },
    data_quality: {
      from: 'COQL queries, five fields in one request; one for each filter; a scan in pages of 2,000 for duplicates, formats and orphans',
    },
  },
});
