import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createEspocrmConnector } from './espocrm-connector.ts';
import { espocrmDecoder } from './espocrm-options.ts';

export const espocrm: Platform = definePlatform({
  title: 'EspoCRM 7 to 9',
  decoder: espocrmDecoder,
  create: createEspocrmConnector,
  sources: {
    ...WEB_SOURCES,
    reachability: { from: '`GET /Settings`, which needs no credentials; with the version' },
    login: { from: '`GET /App/user`' },
    api_latency: { from: '`GET /App/user`, and a page of 100 records of the first object' },
    background_jobs: {
      from: '`Job`, and `ScheduledJob` with `ScheduledJobLogRecord`, as an administrator',
    },
    api_quota: { not: 'EspoCRM has no quota, and shows its userLimit to nobody' },
    integrations: {
      from: 'as an administrator: mailboxes in `ScheduledJobLogRecord`, `Import`, mass e-mails in `EmailQueueItem`, and `WebhookQueueItem` (from 8.2 on)',
    },
    failed_logins: { from: '`AuthLogRecord`, as an administrator; with reasons' },
    accounts: {
      from: '`User`, as an administrator; not who is locked out, nor who has not logged in for long',
    },
    audit_trail: {
      from: '`ActionHistoryRecord` (roles and teams, and every change of a user by another, whatever it changed), `Settings` and the export files in `Attachment`, as an administrator',
    },
    api_tokens: { from: 'users of the API in `User`, as an administrator; not how old a key is' },
    data_quality: {
      from: 'a count for each field and filter; a scan in pages of 200 for duplicates, formats and orphans',
    },
  },
});
