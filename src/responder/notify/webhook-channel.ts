import type { HttpOutcome } from '../../http/http.ts';
import { CrmwatchError, decode, secretReference } from '../../std/std.ts';
import type { Decoder, SecretReference } from '../../std/std.ts';
import type { ChannelKind, DeliveryResult } from './channel.ts';
import type { NoticeMessage } from './notice-message.ts';
import { decodeWebhookSecret, signWebhook } from './standard-webhook.ts';

export type WebhookOptions = {
  readonly type: 'webhook';
  readonly name: string;
  readonly url: string;
  readonly secret: SecretReference;
  readonly previous_secret?: SecretReference;
  readonly timeout: number;
};

const MAXIMUM_WAIT_MS = 3_600_000;
const GONE = 410;

const options: Decoder<WebhookOptions> = decode.object({
  type: decode.required(decode.choice(['webhook']), 'webhook'),
  name: decode.required(channelName(), 'name of the channel'),
  url: decode.required(decode.url(), 'address that takes the POST; redirects are not followed'),
  secret: decode.required(secretReference(), 'where the signing secret is (whsec_ and base64)'),
  previous_secret: decode.optional(
    secretReference(),
    'the old secret, while receivers change to the new one',
  ),
  timeout: decode.withDefault(
    decode.duration({ minimumMs: 100, maximumMs: 60_000 }),
    15_000,
    'how long to wait for the answer',
    '15s',
  ),
});

export function channelName(): Decoder<string> {
  return decode.text({
    pattern: /^[a-z][a-z0-9_-]{0,40}$/,
    meaning: 'lower-case letters, digits, dashes and underscores, a letter first',
  });
}

/** The generic webhook, signed after the Standard Webhooks specification. */
export const webhookChannel: ChannelKind<WebhookOptions> = {
  options,
  create(name, { url, secret, previous_secret: previous, timeout }, services) {
    const references = previous === undefined ? [secret] : [secret, previous];
    const keys = references.map((reference) => keyOf(name, services.resolveSecret(reference)));
    return {
      name,
      async send(message) {
        const body = JSON.stringify(webhookBody(message));
        const headers = signWebhook(message.id, services.clock.now(), body, keys);
        const outcome = await services.http.request({
          method: 'POST',
          url,
          headers: { 'content-type': 'application/json', ...headers },
          body,
          timeoutMs: timeout,
          maximumBytes: 65_536,
        });
        return judge(outcome, services.clock.now());
      },
      close() {},
    };
  },
};

function keyOf(name: string, secret: string): Buffer {
  const key = decodeWebhookSecret(secret);
  if (key !== undefined) return key;
  throw new CrmwatchError(
    'config_invalid',
    `the secret of the notification channel ${name} is no Standard Webhooks secret`,
    { remedy: 'make one with: printf "whsec_%s\\n" "$(openssl rand -base64 32)"' },
  );
}

/** `type`, `timestamp` and `data`, as the specification recommends. */
function webhookBody(message: NoticeMessage): object {
  const { notice, atMs, incidentId, title, target, phase, severity, answer, probability } = message;
  return {
    type: `incident.${notice}`,
    timestamp: new Date(atMs).toISOString(),
    data: {
      incident: { id: incidentId, title, target, phase, severity, url: message.url },
      diagnosis: answer === null ? null : { answer, probability },
      lines: message.lines,
    },
  };
}

function judge(outcome: HttpOutcome, nowMs: number): DeliveryResult {
  if (!outcome.ok) {
    const { reason, detail } = outcome.failure;
    return { ok: false, why: `${reason}: ${detail}`, retry: reason !== 'refused_target' };
  }
  const { status, headers } = outcome.answer;
  if (status >= 200 && status < 300) return { ok: true };
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], nowMs);
  return {
    ok: false,
    why: `the receiver answered with status ${status}`,
    retry: status !== GONE,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), at most an hour. */
function parseRetryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(0, waitMs), MAXIMUM_WAIT_MS);
}
