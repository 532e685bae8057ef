import type { ResponderConfig } from '../config/config.ts';
import { allowEntryOf, createHttpClient } from '../http/http.ts';
import type { HttpClient } from '../http/http.ts';
import { createPrometheusClient } from '../responder/evidence/evidence.ts';
import type { PrometheusClient } from '../responder/evidence/evidence.ts';
import type { Clock, SecretResolver } from '../std/std.ts';

const TIMEOUT_MS = 15_000;

/** What was usual is what was measured from this long before the onset. */
export const BASELINE_MS = 3_600_000;

/** Prometheus stands where the operator says, also in a private network. */
export function createPrometheus(
  { url, token }: ResponderConfig['prometheus'],
  { resolveSecret, clock }: { readonly resolveSecret: SecretResolver; readonly clock: Clock },
): { readonly prometheus: PrometheusClient; readonly http: HttpClient } {
  const http = createHttpClient({ allow: [allowEntryOf(url), '0.0.0.0/0', '::/0'] }, { clock });
  const prometheus = createPrometheusClient({
    url,
    http,
    timeoutMs: TIMEOUT_MS,
    ...(token === undefined ? {} : { token: resolveSecret(token) }),
  });
  return { prometheus, http };
}

/** What each target depends on, by name. */
export function dependenciesOf(
  config: Pick<ResponderConfig, 'dependencies'>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(config.dependencies.map(({ name, dependsOn }) => [name, dependsOn]));
}
