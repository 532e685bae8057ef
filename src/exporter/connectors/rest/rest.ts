import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { withoutQuery } from '../web/exchange.ts';
import { createRestConnector } from './rest-connector.ts';
import { restDecoder } from './rest-decoder.ts';

export const rest: Platform = definePlatform({
  title: 'Any REST/JSON API',
  decoder: restDecoder,
  create: createRestConnector,
  posts: ({ authentication }) =>
    authentication.method === 'session' ? [withoutQuery(authentication.path)] : [],
  sources: {
    reachability: { from: '`health`, which needs no credentials' },
    login: { from: '`login`, or the session of `authentication`' },
    api_latency: { from: '`latency`' },
    background_jobs: { from: '`jobs`' },
    api_quota: { from: '`limits`: members of an answer, or headers' },
    certificate: { from: 'the TLS connection, with https only' },
    credentials: { from: 'the credentials themselves, where they say it, or `credential_ends`' },
    failed_logins: { from: '`logins`' },
    accounts: { from: '`users`' },
    data_quality: { from: '`objects`, by a scan of each' },
  },
});
