import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createSqlConnector } from './sql-connector.ts';
import { sqlDecoder } from './sql-options.ts';

export const sql: Platform = definePlatform({
  title: 'PostgreSQL, MariaDB, MySQL, SQLite and DuckDB databases, and exported files',
  decoder: sqlDecoder,
  create: createSqlConnector,
  sources: {
    reachability: { from: 'a connection of its own' },
    login: { from: 'a new session' },
    api_latency: { from: '`SELECT 1`, and `queries.representative`' },
    background_jobs: {
      from: '`queries.jobs_pending` and those beside it, and `queries.failed_schedules`',
    },
    api_quota: { not: 'a database has no quota' },
    integrations: { from: '`queries.integration_failures_import` and those beside it' },
    vendor_status: { not: 'a database has no vendor who tells its state' },
    api_lifecycle: { not: 'a database has no API that could be removed' },
    certificate: { not: 'the certificates of databases are not read' },
    credentials: { not: 'the end of a database password is told nowhere' },
    failed_logins: {
      from: '`queries.failed_logins`, `queries.successful_logins`, and a query for each reason',
    },
    accounts: { from: '`queries.active_users` and those beside it' },
    audit_trail: {
      from: '`queries.permission_changes`, `queries.mass_exports` and `queries.audit_trail_recording`',
    },
    api_tokens: { from: '`queries.api_tokens` and `queries.oldest_api_token_age`' },
    data_quality: { from: 'one packed query for each object, and one for each key of duplicates' },
  },
});
