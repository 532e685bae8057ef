import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createTrytonConnector } from './tryton-connector.ts';
import { trytonDecoder } from './tryton-options.ts';

export const tryton: Platform = definePlatform({
  title: 'Tryton 6.0',
  decoder: trytonDecoder,
  create: createTrytonConnector,
  posts: ({ database }) => ['/', `/${encodeURIComponent(database)}/`],
  sources: {
    reachability: { from: '`common.server.version`, on a connection of its own' },
    login: { from: '`common.db.login`, a new session' },
    api_latency: { from: 'a light call and a search of parties' },
    background_jobs: { from: 'scheduled actions (`ir.cron`), and with `sql` the task queue' },
    api_quota: { not: 'Tryton has no quota' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { from: '`res_user_login_attempt`, with `sql` only' },
    accounts: { from: 'users and groups; no second factors' },
    data_quality: { from: 'one scan of each object over the API' },
  },
});
