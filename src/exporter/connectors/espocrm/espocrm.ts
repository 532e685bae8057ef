import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createEspocrmConnector } from './espocrm-connector.ts';
import { espocrmDecoder } from './espocrm-options.ts';

export const espocrm: Platform = definePlatform({
  title: 'EspoCRM 7 to 9',
  decoder: espocrmDecoder,
  create: createEspocrmConnector,
  sources: {
    reachability: { from: '`GET /Settings`, which needs no credentials; with the version' },
    login: { from: '`GET /App/user`' },
    api_latency: { from: '`GET /App/user`, and a page of 100 records of the first object' },
    background_jobs: { from: '`Job`, as an administrator' },
    api_quota: { not: 'EspoCRM has no quota' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { from: '`AuthLogRecord`, as an administrator' },
    accounts: { from: '`User`, as an administrator; no second factors' },
    data_quality: {
      from: 'a count for each field and filter; a scan in pages of 200 for duplicates, formats and orphans',
    },
  },
});
