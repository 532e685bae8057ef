import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createPipedriveConnector } from './pipedrive-connector.ts';
import { pipedriveDecoder } from './pipedrive-options.ts';

export const pipedrive: Platform = definePlatform({
  title: 'Pipedrive',
  decoder: pipedriveDecoder,
  create: createPipedriveConnector,
  posts: ({ authentication, security_authentication: other, token_url: url }) =>
    [authentication, other].some((identity) => identity?.method === 'refresh_token')
      ? [new URL(url).pathname]
      : [],
  sources: {
    ...WEB_SOURCES,
    reachability: { from: 'the refusal of `GET /api/v1/users/me` without credentials' },
    login: { from: '`GET /api/v1/users/me`, after a new access token with OAuth' },
    api_latency: {
      from: '`GET /api/v1/users/me`, and a page of 100 records of the first object',
    },
    background_jobs: { not: 'the API of Pipedrive shows none' },
    api_quota: {
      from: 'the headers `x-daily-ratelimit-token-*` of `GET /api/v1/users/me`, where it sends them',
    },
    integrations: {
      from: 'web hooks whose last delivery failed, of `GET /api/v1/webhooks`, with the API token of an administrator alone',
    },
    certificate: { from: 'the TLS connection' },
    failed_logins: { not: 'the API of Pipedrive shows no log-ins' },
    accounts: { from: '`GET /api/v1/users`; neither second factors nor who is locked out' },
    audit_trail: { not: 'the API of Pipedrive shows no history of what administrators do' },
    api_tokens: { not: 'the API of Pipedrive lists neither tokens nor apps' },
    data_quality: {
      from: 'a scan in pages of 500 for everything, or with `sample_size` records chosen at random: Pipedrive neither counts nor filters',
    },
  },
});
