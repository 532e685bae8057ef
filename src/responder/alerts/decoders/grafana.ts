import type { Fields } from '../../../std/std.ts';
import type { Labels, WebhookDecoder } from '../decoding.ts';
import { decodeAlertList } from './alert-list.ts';
import type { AlertListDialect } from './alert-list.ts';

/** Keys of an alert that people want to see, and the annotations in which they do. */
const SHOWN_KEYS = {
  valueString: 'value',
  silenceURL: 'silence_url',
  dashboardURL: 'dashboard_url',
  panelURL: 'panel_url',
  imageURL: 'image_url',
} as const;

function extraAnnotations(alert: Fields): Labels {
  const shown = Object.entries(SHOWN_KEYS).flatMap(([key, name]): [string, string][] => {
    const value = alert[key];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  const { values } = alert;
  // Newer versions tell the values as a map and no longer as a text.
  if (typeof values === 'object' && values !== null) shown.push(['value', JSON.stringify(values)]);
  return Object.fromEntries(shown);
}

const DIALECT: AlertListDialect = {
  remedy: 'use the webhook integration of Grafana 9 or later without a payload template',
  versions: ['1'],
  extraAnnotations,
};

/**
 * Decodes the webhook contact point of Grafana alerting, version 1 (grafana/grafana: docs/sources/alerting, "Configure
 * webhook notifications"). It is Alertmanager's with a version and some keys of its own; the fingerprint is made in
 * the same way. Numbers that led to the alert and links become annotations.
 */
export const decodeGrafanaWebhook: WebhookDecoder = (rawBody, source) =>
  decodeAlertList(rawBody, source, DIALECT);
