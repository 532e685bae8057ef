import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createDolibarrConnector } from './dolibarr-connector.ts';
import { dolibarrDecoder } from './dolibarr-options.ts';

export const dolibarr: Platform = definePlatform({
  title: 'Dolibarr 19 to 22',
  decoder: dolibarrDecoder,
  create: createDolibarrConnector,
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET /status` without a key, whose refusal in JSON is enough; no version',
    },
    login: { from: '`GET /status`; it fails while access is locked for maintenance' },
    api_latency: { from: '`GET /status`, and a page of 100 records of the first object' },
    background_jobs: {
      not: 'the API does not show the table `llx_cronjob`: use the platform `sql`',
    },
    api_quota: { not: 'Dolibarr has no quota' },
    integrations: { not: 'the API shows no record of what failed: use the platform `sql`' },
    failed_logins: { not: 'the API does not show the table `llx_events`: use the platform `sql`' },
    accounts: {
      from: '`GET /users`, in pages of 100: who is active, an administrator, or not logged in for 90 days; neither second factors nor who is locked out',
    },
    audit_trail: { not: 'the API does not show the table `llx_events`: use the platform `sql`' },
    api_tokens: { not: 'the API shows no keys: use the platform `sql`' },
    data_quality: {
      from: 'since 21 a count for each field; otherwise, and for all else, a scan in pages of 500',
    },
  },
});
