import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { TOKEN_PATH } from './suitecrm-api.ts';
import { createSuitecrmConnector } from './suitecrm-connector.ts';
import { apiPathOf, suitecrmDecoder } from './suitecrm-options.ts';

export const suitecrm: Platform = definePlatform({
  title: 'SuiteCRM 7.15 and 8',
  decoder: suitecrmDecoder,
  create: createSuitecrmConnector,
  posts: (options) => [`${apiPathOf(options)}${TOKEN_PATH}`],
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET /V8/meta/swagger.json` without credentials, which the API refuses in JSON; no version',
    },
    login: { from: 'a new token, and `GET /V8/current-user` with one' },
    api_latency: {
      from: '`GET /V8/current-user`, and a page of 20 records of the first object',
    },
    background_jobs: { from: 'the modules `SchedulersJobs` and `Schedulers`' },
    api_quota: { not: 'SuiteCRM has no quota' },
    integrations: {
      from: 'synchronisation of calendars in `SchedulersJobs` (from 7.15 and 8.10 on), and e-mails of campaigns in `CampaignLog`',
    },
    failed_logins: { not: 'SuiteCRM keeps log-ins in its log and its database alone' },
    accounts: {
      from: 'the module `Users`; not who is locked out, nor who has not logged in for long',
    },
    audit_trail: {
      not: 'SuiteCRM keeps it in tables that its API does not show, and records neither rights of roles nor exports',
    },
    api_tokens: { from: 'the module `OAuth2Clients`' },
    data_quality: {
      from: 'a count for each field that is a column; a scan in pages of 100 for other fields, duplicates, formats and orphans',
    },
  },
});
