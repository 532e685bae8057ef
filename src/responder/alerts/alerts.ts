export { sourceOf } from './alert-event.ts';
export type { AlertEvent } from './alert-event.ts';
export { decodeAlertmanagerWebhook } from './alertmanager-webhook.ts';
export type { DecodedWebhook, WebhookDecoding, WebhookSource } from './alertmanager-webhook.ts';
export { fingerprintOf } from './fingerprint.ts';
