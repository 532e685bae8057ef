import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createTrytonConnector } from './tryton-connector.ts';
import { trytonDecoder } from './tryton-options.ts';

export const tryton: Platform = definePlatform({
  title: 'Tryton 6.0',
  decoder: trytonDecoder,
  create: createTrytonConnector,
  posts: ({ database }) => ['/', `/${encodeURIComponent(database)}/`],
  sources: {
    ...WEB_SOURCES,
    reachability: { from: '`common.server.version`, on a connection of its own' },
    login: { from: '`common.db.login`, a new session' },
    api_latency: { from: 'a light call and a search of parties' },
    background_jobs: {
      from: 'scheduled actions (`ir.cron`) that are overdue, and with `sql` the task queue; no failures',
    },
    api_quota: { not: 'Tryton has no quota' },
    integrations: { not: 'Tryton 6.0 keeps no record of imports, mail or calls that failed' },
    failed_logins: {
      from: '`res_user_login_attempt`, with `sql` only: failed log-ins that Tryton has not forgotten, as it does after 5 minutes by default; no reasons, and no successful ones',
    },
    accounts: {
      from: 'users and groups; no second factors, nobody who is locked out or has not logged in for long',
    },
    audit_trail: {
      not: 'Tryton 6.0 records neither exports nor permissions that were taken away',
    },
    api_tokens: {
      from: 'validated applications of users (`res.user.application`), where an access rule lets the user see all',
    },
    data_quality: { from: 'one scan of each object over the API' },
  },
});
