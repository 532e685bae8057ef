import { createHmac } from 'node:crypto';

/** The bytes of a Standard Webhooks secret (`whsec_` and base64, 24 to 64 bytes); undefined when it is none. */
export function decodeWebhookSecret(secret: string): Buffer | undefined {
  const text = secret.trim().replace(/^whsec_/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const key = Buffer.from(text, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/**
 * The headers of the Standard Webhooks specification (standard-webhooks/standard-webhooks,
 * spec/standard-webhooks.md): HMAC-SHA256 over `id.timestamp.body`, one signature per key, so that a
 * receiver accepts both the old and the new key while they are exchanged.
 */
export function signWebhook(
  id: string,
  atMs: number,
  body: string,
  keys: readonly Uint8Array[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(atMs / 1000));
  const content = `${id}.${timestamp}.${body}`;
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
