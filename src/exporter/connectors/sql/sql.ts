import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createSqlConnector } from './sql-connector.ts';
import { sqlDecoder } from './sql-options.ts';

export const sql: Platform = definePlatform({
  title: 'PostgreSQL, MariaDB, MySQL and SQLite databases',
  decoder: sqlDecoder,
  create: createSqlConnector,
  sources: {
    reachability: { from: 'a connection of its own' },
    login: { from: 'a new session' },
    api_latency: { from: '`SELECT 1`, and `queries.representative`' },
    background_jobs: { from: '`queries.jobs_pending` and those beside it' },
    api_quota: { not: 'a database has no quota' },
    certificate: { not: 'the certificates of databases are not read' },
    credentials: { not: 'the end of a database password is told nowhere' },
    failed_logins: { from: '`queries.failed_logins`' },
    accounts: { from: '`queries.active_users` and those beside it' },
    data_quality: { from: 'one packed query for each object, and one for each key of duplicates' },
  },
});
