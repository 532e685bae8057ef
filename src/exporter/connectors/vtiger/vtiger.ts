import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createVtigerConnector } from './vtiger-connector.ts';
import { vtigerDecoder } from './vtiger-options.ts';
import { SERVICE } from './vtiger-session.ts';

export const vtiger: Platform = definePlatform({
  title: 'Vtiger CRM Open Source 8',
  decoder: vtigerDecoder,
  create: createVtigerConnector,
  posts: () => [SERVICE],
  sources: {
    reachability: {
      from: '`operation=listtypes` without a session, which the web service refuses in JSON; no version',
    },
    login: { from: 'a challenge, a log-in with it, and `operation=listtypes`' },
    api_latency: { from: '`operation=listtypes`, and a page of 100 records of the first object' },
    background_jobs: { not: 'Vtiger keeps its cron tasks in its database alone' },
    api_quota: { not: 'Vtiger Open Source has no quota' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { not: 'Vtiger keeps its log-ins in its database alone' },
    accounts: { from: 'the module `Users`, as an administrator; no second factors' },
    data_quality: {
      from: 'a count for each text or date field where the version counts; a scan in pages of 100 for all else',
    },
  },
});
