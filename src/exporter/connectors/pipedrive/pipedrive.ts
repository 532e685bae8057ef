import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { createPipedriveConnector } from './pipedrive-connector.ts';
import { pipedriveDecoder } from './pipedrive-options.ts';

export const pipedrive: Platform = definePlatform({
  title: 'Pipedrive',
  decoder: pipedriveDecoder,
  create: createPipedriveConnector,
  posts: ({ authentication, token_url: url }) =>
    authentication.method === 'refresh_token' ? [new URL(url).pathname] : [],
  sources: {
    reachability: { from: 'the refusal of `GET /api/v1/users/me` without credentials' },
    login: { from: '`GET /api/v1/users/me`, after a new access token with OAuth' },
    api_latency: {
      from: '`GET /api/v1/users/me`, and a page of 100 records of the first object',
    },
    background_jobs: { not: 'the API of Pipedrive shows none' },
    api_quota: {
      from: 'the headers `x-daily-ratelimit-token-*` of `GET /api/v1/users/me`, where it sends them',
    },
    certificate: { from: 'the TLS connection' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { not: 'the API of Pipedrive shows no log-ins' },
    accounts: { from: '`GET /api/v1/users`; no second factors' },
    data_quality: {
      from: 'a scan in pages of 500 for everything: Pipedrive neither counts nor filters',
    },
  },
});
