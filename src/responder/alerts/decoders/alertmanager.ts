import type { WebhookDecoder } from '../decoding.ts';
import { decodeAlertList } from './alert-list.ts';
import type { AlertListDialect } from './alert-list.ts';

const DIALECT: AlertListDialect = {
  remedy: 'send the webhook of Alertmanager 0.27 or later, without a template of your own',
  versions: ['4'],
  extraAnnotations: () => ({}),
};

/**
 * Decodes the webhook of Alertmanager, version 4 (prometheus/alertmanager: template/template.go and
 * notify/webhook/webhook.go). Keys that are not known are tolerated. An alert that cannot be read does
 * not take the rest of its delivery with it: it becomes a problem beside the events of the others.
 */
export const decodeAlertmanagerWebhook: WebhookDecoder = (rawBody, source) =>
  decodeAlertList(rawBody, source, DIALECT);
