import { definePlatform } from '../platform.ts';
import type { Platform } from '../platform.ts';
import { withoutQuery } from '../web/exchange.ts';
import { WEB_SOURCES } from '../web/web-sources.ts';
import { createRestConnector } from './rest-connector.ts';
import { restDecoder } from './rest-decoder.ts';

export const rest: Platform = definePlatform({
  title: 'Any REST/JSON API',
  decoder: restDecoder,
  create: createRestConnector,
  posts: ({ authentication, security_authentication: security }) =>
    [authentication, security].flatMap((each) =>
      each?.method === 'session' ? [withoutQuery(each.path)] : [],
    ),
  sources: {
    ...WEB_SOURCES,
    reachability: { from: '`health`, which needs no credentials' },
    login: { from: '`login`, or the session of `authentication`' },
    api_latency: { from: '`latency`' },
    background_jobs: { from: '`jobs`, and `jobs.schedules`' },
    api_quota: { from: '`limits`: members of an answer, or headers' },
    integrations: { from: '`integrations`, a list for each kind' },
    failed_logins: { from: '`logins`' },
    accounts: { from: '`users`' },
    audit_trail: { from: '`audit`' },
    api_tokens: { from: '`tokens`' },
    data_quality: { from: '`objects`, by a scan of each' },
  },
});
