import type { WebhookDecoder } from './decoding.ts';
import { decodeAlertmanagerWebhook } from './decoders/alertmanager.ts';
import { decodeGenericEvents } from './decoders/generic.ts';
import { decodeGrafanaWebhook } from './decoders/grafana.ts';
import { decodeNagiosEvent } from './decoders/nagios.ts';
import { decodeZabbixEvent } from './decoders/zabbix.ts';

/** What may deliver alerts: the last part of the address, the value of the label and of the column `kind`. */
export const SOURCE_KINDS = ['alertmanager', 'grafana', 'generic', 'nagios', 'zabbix'] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** One file and one line for each. */
export const DECODERS: Readonly<Record<SourceKind, WebhookDecoder>> = {
  alertmanager: decodeAlertmanagerWebhook,
  grafana: decodeGrafanaWebhook,
  generic: decodeGenericEvents,
  nagios: decodeNagiosEvent,
  zabbix: decodeZabbixEvent,
};

export function isSourceKind(text: string): text is SourceKind {
  return SOURCE_KINDS.some((kind) => kind === text);
}
