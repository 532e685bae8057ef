import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { API_PATH, TOKEN_PATH } from './zoho-api.ts';
import { createZohoConnector } from './zoho-connector.ts';
import { zohoDecoder } from './zoho-options.ts';

export const zoho: Platform = definePlatform({
  title: 'Zoho CRM, API 8',
  decoder: zohoDecoder,
  create: createZohoConnector,
  posts: () => [TOKEN_PATH, `${API_PATH}/coql`],
  sources: {
    reachability: {
      from: '`GET /org` without credentials, which Zoho refuses in JSON; no version',
    },
    login: { from: 'an access token, and `GET /org`' },
    api_latency: { from: '`GET /org`, and a page of 100 records of the first object' },
    background_jobs: {
      not: 'Zoho lists the jobs of no one but those who started them by their identifier',
    },
    api_quota: { not: 'Zoho tells what is left only when half is used, and never of how much' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { not: 'sign-ins are recorded by Zoho Accounts, and the API has none' },
    accounts: { from: '`GET /users/actions/count`; no second factors' },
    data_quality: {
      from: 'a COQL query for each field and filter; a scan in pages of 2,000 for duplicates, formats and orphans',
    },
  },
});
