import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { GRAPHQL } from './twenty-api.ts';
import { createTwentyConnector } from './twenty-connector.ts';
import { twentyDecoder } from './twenty-options.ts';

export const twenty: Platform = definePlatform({
  title: 'Twenty 1',
  decoder: twentyDecoder,
  create: createTwentyConnector,
  posts: () => [GRAPHQL],
  sources: {
    reachability: { from: '`GET /healthz`, which needs no credentials; no version' },
    login: { from: 'the number of records of the first object, by GraphQL' },
    api_latency: {
      from: 'the number of records of the first object, and a page of 60 of its records',
    },
    background_jobs: { not: 'the API of Twenty does not show its queues' },
    api_quota: { not: 'Twenty tells nothing of its limit of requests before it is reached' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { not: 'Twenty records no failed log-ins' },
    accounts: { from: '`workspaceMembers`; neither roles nor second factors' },
    data_quality: {
      from: 'one request for records and most empty fields, one for each other count; a scan in pages of 60 for duplicates, formats and orphans',
    },
  },
});
