import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { TOKEN_PATH } from './salesforce-api.ts';
import { createSalesforceConnector } from './salesforce-connector.ts';
import { salesforceDecoder } from './salesforce-options.ts';

export const salesforce: Platform = definePlatform({
  title: 'Salesforce, API 55.0 and newer',
  decoder: salesforceDecoder,
  create: createSalesforceConnector,
  posts: () => [TOKEN_PATH],
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET /services/data/`, which needs no credentials and no quota; with the newest version of the API',
    },
    login: { from: 'a new access token, and `GET /services/data/vXX.0/`' },
    api_latency: {
      from: '`GET /services/data/vXX.0/`, and a query of 100 records of the first object',
    },
    background_jobs: {
      from: '`AsyncApexJob`; failed are those of the last 24 hours, batches of which a part failed among them; and `CronTrigger`, for schedules in error',
    },
    api_quota: {
      from: '`GET /services/data/vXX.0/limits`, every limit that the organization has, and `UserLicense`',
    },
    integrations: {
      from: '`GET /services/data/vXX.0/jobs/ingest`: imports over the Bulk APIs that ended as failed',
    },
    api_lifecycle: {
      from: '`api_ends`, and the header Sunset of the answers; the end of no version from 55.0 on is announced',
    },
    failed_logins: { from: '`LoginHistory`, grouped by status: failed by reason, and successful' },
    accounts: { from: '`User`, `PermissionSetAssignment`, `TwoFactorMethodsInfo` and `UserLogin`' },
    audit_trail: {
      from: '`SetupAuditTrail`, which is always recorded; and `ReportEventLog` for exports, with Event Monitoring alone',
    },
    api_tokens: { from: '`OauthToken`: what users have authorized applications with' },
    data_quality: {
      from: 'one query for all fields of an object, one each for age, keys and duplicates; a scan in pages of 2,000 for formats and orphans',
    },
  },
});
