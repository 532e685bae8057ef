export type { AlertEvent } from './alert-event.ts';
export { decodeDelivery } from './decode-delivery.ts';
export type { RawDelivery } from './decode-delivery.ts';
export { decodeAlertmanagerWebhook } from './decoders/alertmanager.ts';
export type { DecodedWebhook, WebhookDecoding, WebhookSource } from './decoding.ts';
export { fingerprintOf } from './fingerprint.ts';
export { CUT_ANNOTATION, EVENT_LIMITS } from './make-event.ts';
export { DECODERS, SOURCE_KINDS, isSourceKind } from './registry.ts';
export type { SourceKind } from './registry.ts';
