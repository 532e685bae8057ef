import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createVtigerConnector } from './vtiger-connector.ts';
import { vtigerDecoder } from './vtiger-options.ts';
import { SERVICE } from './vtiger-session.ts';

export const vtiger: Platform = definePlatform({
  title: 'Vtiger CRM Open Source 8',
  decoder: vtigerDecoder,
  create: createVtigerConnector,
  posts: () => [SERVICE],
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`operation=listtypes` without a session, which the web service refuses in JSON; no version',
    },
    login: { from: 'a challenge, a log-in with it, and `operation=listtypes`' },
    api_latency: { from: '`operation=listtypes`, and a page of 100 records of the first object' },
    background_jobs: { not: 'Vtiger keeps its cron tasks in its database: use the platform `sql`' },
    api_quota: { not: 'Vtiger Open Source has no quota' },
    integrations: { not: 'the web service shows no record of what failed' },
    failed_logins: {
      not: 'Vtiger records no failed log-ins, and successful ones in its database: use the platform `sql`',
    },
    accounts: {
      from: 'the module `Users`, as an administrator: who is active and who an administrator; neither second factors nor when they were there',
    },
    audit_trail: { not: 'Vtiger 8 writes no audit trail' },
    api_tokens: { not: 'every user has one access key, without a time of its making' },
    data_quality: {
      from: 'a count for each text or date field where the version counts; a scan in pages of 100 for all else',
    },
  },
});
