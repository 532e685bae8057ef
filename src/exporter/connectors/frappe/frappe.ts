import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createFrappeConnector } from './frappe-connector.ts';
import { frappeDecoder } from './frappe-options.ts';

export const frappe: Platform = definePlatform({
  title: 'Frappe CRM and ERPNext, on Frappe 14 to 16',
  decoder: frappeDecoder,
  create: createFrappeConnector,
  sources: {
    reachability: {
      from: '`GET /api/method/ping`, which needs no credentials; without a version, which strangers are not told',
    },
    login: { from: '`frappe.auth.get_logged_user`' },
    api_latency: {
      from: '`frappe.auth.get_logged_user`, and a page of 100 records of the first object',
    },
    background_jobs: {
      from: '`RQ Job` for what waits and runs, `Scheduled Job Log` for failures of 24 hours, as a System Manager',
    },
    api_quota: {
      from: 'the headers `X-RateLimit-*`, in microseconds of server time, where `rate_limit` is configured',
    },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { from: '`Activity Log`, as a System Manager' },
    accounts: {
      from: '`User`, as a System Manager: enabled system users, and those with that role; no second factors',
    },
    data_quality: {
      from: 'a count for each field and filter; a scan in pages of 500 for duplicates, numbers, formats and orphans',
    },
  },
});
