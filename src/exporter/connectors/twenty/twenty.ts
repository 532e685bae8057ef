import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { GRAPHQL } from './twenty-api.ts';
import { createTwentyConnector } from './twenty-connector.ts';
import { twentyDecoder } from './twenty-options.ts';

export const twenty: Platform = definePlatform({
  title: 'Twenty 1',
  decoder: twentyDecoder,
  create: createTwentyConnector,
  posts: () => [GRAPHQL],
  sources: {
    ...WEB_SOURCES,
    reachability: { from: '`GET /healthz`, which needs no credentials; no version' },
    login: { from: 'the number of records of the first object, by GraphQL' },
    api_latency: {
      from: 'the number of records of the first object, and a page of 60 of its records',
    },
    background_jobs: { not: 'the API of Twenty does not show its queues' },
    api_quota: { not: 'Twenty tells nothing of its limit of requests before it is reached' },
    integrations: { not: 'Twenty shows the state of mailboxes to their owners alone' },
    failed_logins: { not: 'the API of Twenty shows no log-ins' },
    accounts: {
      from: '`workspaceMembers`; neither roles nor second factors nor when they were there',
    },
    audit_trail: { not: 'Twenty has an audit log in its paid edition alone, which is not asked' },
    api_tokens: { from: '`GET /rest/metadata/apiKeys`' },
    data_quality: {
      from: 'one request for records and most empty fields, one for each other count; a scan in pages of 60 for duplicates, formats and orphans',
    },
  },
});
