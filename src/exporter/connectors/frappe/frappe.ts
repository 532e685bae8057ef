import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createFrappeConnector } from './frappe-connector.ts';
import { frappeDecoder } from './frappe-options.ts';

export const frappe: Platform = definePlatform({
  title: 'Frappe CRM and ERPNext, on Frappe 14 to 16',
  decoder: frappeDecoder,
  create: createFrappeConnector,
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET /api/method/ping`, which needs no credentials; without a version, which strangers are not told',
    },
    login: { from: '`frappe.auth.get_logged_user`' },
    api_latency: {
      from: '`frappe.auth.get_logged_user`, and a page of 100 records of the first object',
    },
    background_jobs: {
      from: '`RQ Job` for what waits and runs (not on Frappe 14), `Scheduled Job Log` for failures of 24 hours and for schedules that failed when they last ran, as a System Manager',
    },
    api_quota: {
      from: 'the headers `X-RateLimit-*`, in microseconds of server time, where `rate_limit` is configured',
    },
    integrations: {
      from: '`Data Import` and its log, `Webhook Request Log`, `Email Queue` and `Integration Request`, as a System Manager',
    },
    failed_logins: {
      from: '`Activity Log`, as a System Manager: log-ins with a password, failed and successful; no reasons',
    },
    accounts: {
      from: '`User`, `Role` and `System Settings`, as a System Manager: enabled system users, those with that role, those who are asked for a second factor, those not logged in for 90 days; nobody who is locked out',
    },
    audit_trail: {
      from: '`Access Log` for exports and backups, whether changes of `User` are tracked, and on Frappe 16 the `Permission Log`, as a System Manager',
    },
    api_tokens: {
      from: 'API keys of users and `OAuth Bearer Token`, as a System Manager; counted, not read, and without an age',
    },
    data_quality: {
      from: 'a count for each field and filter; a scan in pages of 500 for duplicates, numbers, formats and orphans',
    },
  },
});
