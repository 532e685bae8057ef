import { expect } from 'vitest';

import type { KeptTexts } from '../../src/exporter/connectors/connectors.ts';
import { startBudget } from '../../src/exporter/connectors/web/budget.ts';
import type { Credential } from '../../src/exporter/connectors/web/credential.ts';
import { OAUTH_DECODERS } from '../../src/exporter/connectors/web/oauth-options.ts';
import type { OauthOptions } from '../../src/exporter/connectors/web/oauth-options.ts';
import { createOauthCredential } from '../../src/exporter/connectors/web/oauth.ts';
import type { ApiRequest } from '../../src/exporter/connectors/web/request.ts';
import type { Outcome } from '../../src/http/http.ts';
import { decode } from '../../src/std/std.ts';
import type { SecretReference } from '../../src/std/std.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';

export const TOKEN_PATH = '/oauth/token';
const FORM = 'application/x-www-form-urlencoded';

/** What the endpoint answers to a form, at once or later; "timeout" when it is silent until the deadline. */
export type TokenAnswer = { readonly status?: number; readonly body: unknown } | 'timeout';
export type TokenEndpoint = (form: URLSearchParams) => TokenAnswer | Promise<TokenAnswer>;

export type OauthWorld = {
  readonly clock: ManualClock;
  readonly credential: Credential;
  /** Every form that was sent. */
  readonly forms: readonly URLSearchParams[];
  readonly secrets: Record<string, string>;
  readonly refusals: SecretReference[];
  /** The header of the next request; asks as a probe does. */
  header(timeoutMs?: number): Promise<Outcome<string>>;
};

type OauthWorldOptions = {
  readonly options: object;
  readonly endpoint: TokenEndpoint;
  readonly kept?: KeptTexts;
  readonly secrets?: Record<string, string>;
  readonly clock?: ManualClock;
};

/** What a probe may ask. */
export const REQUEST: ApiRequest = { method: 'GET', path: '/' };

function decodeOptions(options: object): OauthOptions {
  const decoder = decode.union('method', OAUTH_DECODERS);
  const decoded = decode.run<OauthOptions>(decoder, options);
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.problems));
  return decoded.value;
}

/** One credential on an endpoint without a network, so that a clock can be moved by hand. */
export function createOauthWorld({ options, endpoint, ...more }: OauthWorldOptions): OauthWorld {
  const clock = more.clock ?? createManualClock();
  const secrets = more.secrets ?? { SECRET: 's3cret', REFRESH: 'r0' };
  const forms: URLSearchParams[] = [];
  const refusals: SecretReference[] = [];
  const server: Parameters<typeof createOauthCredential>[1] = {
    url: 'https://crm.example.com',
    path: TOKEN_PATH,
    clock,
    http: {
      close: () => {},
      async request({ method, url, headers, body, timeoutMs }) {
        const type = headers?.['content-type'];
        expect([method, url, type]).toEqual(['POST', `https://crm.example.com${TOKEN_PATH}`, FORM]);
        const form = new URLSearchParams(body);
        forms.push(form);
        const answered = await endpoint(form);
        if (answered === 'timeout') {
          await clock.advance(timeoutMs);
          const failure = { reason: 'timeout', detail: 'silence' } as const;
          return { ok: false, failure, phases: {}, totalSeconds: timeoutMs / 1000 };
        }
        const { status = 200, body: document } = answered;
        const json = { 'content-type': 'application/json' };
        const text = JSON.stringify(document);
        const answer = { status, headers: json, body: text, phases: {}, totalSeconds: 0 };
        return { ok: true, answer };
      },
    },
  };
  const resolveSecret = Object.assign(
    ({ environment = '' }: SecretReference) => secrets[environment] ?? 'missing',
    { noteRefusal: (reference: SecretReference) => void refusals.push(reference) },
  );
  const kept = more.kept ?? { read: () => undefined, write: () => {} };
  const credential = createOauthCredential(decodeOptions(options), server, {
    clock,
    resolveSecret,
    kept,
  });
  return {
    clock,
    credential,
    forms,
    secrets,
    refusals,
    async header(timeoutMs = 5000) {
      const proof = await credential.headersFor(REQUEST, startBudget({ timeoutMs }, clock));
      return proof.ok ? { ok: true, value: proof.value['authorization'] ?? '' } : proof;
    },
  };
}
