import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createOdooConnector } from './odoo-connector.ts';
import { odooDecoder } from './odoo-options.ts';
import { JSON2_READS, JSONRPC_PATH } from './odoo-rpc.ts';

export const odoo: Platform = definePlatform({
  title: 'Odoo 14 to 19',
  decoder: odooDecoder,
  create: createOdooConnector,
  posts: () => [JSON2_READS, JSONRPC_PATH],
  sources: {
    ...WEB_SOURCES,
    reachability: {
      from: '`GET /web/version` (JSON-2) or `common.version` (JSON-RPC), which need no credentials; with the version',
    },
    login: { from: '`res.users/context_get`, after `common.authenticate` with JSON-RPC' },
    api_latency: {
      from: '`res.users/context_get`, and a page of 100 records of the first object',
    },
    background_jobs: {
      from: '`ir.cron`, as an administrator: what is due, and what failed since its last success (from 18 on); neither what runs nor what was switched off',
    },
    api_quota: { not: 'Odoo has no quota that it tells' },
    integrations: {
      from: '`mail.mail` and `sms.sms` that could not be sent, and `fetchmail.server` that could not be collected (from 19 on), as an administrator; neither imports nor web hooks',
    },
    api_lifecycle: {
      from: 'the documentation of Odoo: the end of JSON-RPC in fall 2028 with Odoo 22, none of JSON-2; `api_ends`, and the header Sunset of the answers',
    },
    failed_logins: {
      from: '`res.users.log`, as an administrator: successful log-ins alone, while they were not cleared; failed ones are in its log file',
    },
    accounts: {
      from: '`res.users`, as an administrator: internal users, those in the group Settings, those with TOTP, and those not logged in for 90 days; nobody is locked out but addresses',
    },
    audit_trail: {
      not: 'Odoo records no changes of groups and users, and exports in its log file alone',
    },
    api_tokens: { from: '`res.users.apikeys` of active users, as an administrator' },
    data_quality: {
      from: 'one aggregate for all fields of an object; a scan in pages of 1,000 for duplicates of text, formats and orphans',
    },
  },
});
