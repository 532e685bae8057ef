import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createOdooConnector } from './odoo-connector.ts';
import { odooDecoder } from './odoo-options.ts';
import { JSON2_READS, JSONRPC_PATH } from './odoo-rpc.ts';

export const odoo: Platform = definePlatform({
  title: 'Odoo 14 to 19',
  decoder: odooDecoder,
  create: createOdooConnector,
  posts: () => [JSON2_READS, JSONRPC_PATH],
  sources: {
    reachability: {
      from: '`GET /web/version` (JSON-2) or `common.version` (JSON-RPC), which need no credentials; with the version',
    },
    login: { from: '`res.users/context_get`, after `common.authenticate` with JSON-RPC' },
    api_latency: {
      from: '`res.users/context_get`, and a page of 100 records of the first object',
    },
    background_jobs: {
      from: '`ir.cron`, as an administrator: what is due, and what failed since its last success (from 18 on); not what runs',
    },
    api_quota: { not: 'Odoo has no quota that it tells' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { not: 'Odoo keeps successful log-ins alone; failed ones are in its log file' },
    accounts: {
      from: '`res.users`, as an administrator: internal users, those in the group Settings, and those with TOTP',
    },
    data_quality: {
      from: 'one aggregate for all fields of an object; a scan in pages of 1,000 for duplicates of text, formats and orphans',
    },
  },
});
