import { sourcesOf } from '../config/config.ts';
import type { AlertmanagerConfig, ResponderConfig } from '../config/config.ts';
import type { HttpClient } from '../http/http.ts';
import type { PipelineParts, WatchdogSettings } from '../responder/pipeline/pipeline.ts';
import { createUpstream } from '../responder/upstream/upstream.ts';
import type { AlertmanagerServer } from '../responder/upstream/upstream.ts';
import type { SecretResolver } from '../std/std.ts';

/** Shorter than the pipeline waits when it stops. */
const TIMEOUT_MS = 8000;

type Parts = {
  readonly config: ResponderConfig;
  readonly resolveSecret: SecretResolver;
  readonly http: HttpClient;
};

/** Whom the reconciler asks, and which senders are peers of one source. */
export function createUpstreamParts(parts: Parts): Pick<PipelineParts, 'upstream' | 'sources'> {
  const { config, resolveSecret, http } = parts;
  const { url, token } = config.prometheus;
  const sources = Object.fromEntries(
    config.senders.map(({ name, source }) => [name, source ?? name]),
  );
  const upstream = createUpstream({
    alertmanagers: config.alertmanagers.map((server) => toServer(server, resolveSecret)),
    prometheus: {
      url,
      ...(token === undefined ? {} : { authorization: `Bearer ${resolveSecret(token)}` }),
    },
    http,
    timeoutMs: TIMEOUT_MS,
  });
  return { upstream, sources };
}

function toServer(
  { url, source, receiver, token, basic }: AlertmanagerConfig,
  resolveSecret: SecretResolver,
): AlertmanagerServer {
  const { host, pathname } = new URL(url);
  const name = `${host}${pathname === '/' ? '' : pathname}`;
  const authorization = authorizationOf({ token, basic }, resolveSecret);
  const server = { name, url, source, receiver };
  return authorization === undefined ? server : { ...server, authorization };
}

function authorizationOf(
  { token, basic }: { [Key in 'token' | 'basic']: AlertmanagerConfig[Key] | undefined },
  resolveSecret: SecretResolver,
): string | undefined {
  if (token !== undefined) return `Bearer ${resolveSecret(token)}`;
  if (basic === undefined) return undefined;
  const pair = `${basic.user}:${resolveSecret(basic.password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** A fresh installation without an Alertmanager is not told for ever that its watchdog is missing. */
export function watchdogSettings(config: ResponderConfig): WatchdogSettings {
  const { limitMs, expected } = config.watchdog;
  if (expected === 'never') return { limitMs, sources: [], expectSeen: false };
  const asked = config.alertmanagers.map(({ source }) => source);
  const all = expected === 'always' ? [...asked, ...sourcesOf(config.senders)] : asked;
  return { limitMs, sources: [...new Set(all)], expectSeen: true };
}
