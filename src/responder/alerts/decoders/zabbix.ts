import { expected, parseTextMap, parseUnixSecondsMs } from '../decoding.ts';
import { refused, toDecoding } from '../decoding.ts';
import type { Labels, WebhookDecoder, WebhookDecoding, WebhookSource } from '../decoding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { makeEvent } from '../make-event.ts';

const REMEDY = 'send what the media type of deploy/senders/zabbix sends';
const NAME = 'ZabbixProblem';

/** By {EVENT.NSEVERITY}: not classified, information, warning, average, high, disaster. */
const SEVERITIES = ['warning', 'warning', 'warning', 'warning', 'critical', 'critical'] as const;

const NOTHING = toDecoding({ events: [], problems: [] });

/**
 * Decodes what our webhook media type for Zabbix sends: its parameters as a JSON map of texts, each a macro (Zabbix
 * manual, "Supported macros" and "Webhook media type"; zabbix/zabbix: templates/media). Only events of triggers are
 * alerts. A problem and a problem update fire, a recovery resolves. Identity is trigger and host, since a
 * recovery is an event with an id of its own.
 */
export const decodeZabbixEvent: WebhookDecoder = (rawBody, source) => {
  const parsed = parseTextMap(rawBody);
  return parsed.ok ? decodeParameters(parsed.value, source) : refused('', parsed.why, REMEDY);
};

/** A macro that cannot be resolved stays as it was written, or becomes *UNKNOWN*. */
function readMacro(parameters: Labels, name: string): string {
  const value = Object.hasOwn(parameters, name) ? (parameters[name] ?? '').trim() : '';
  return value === '*UNKNOWN*' || /^\{\$?[A-Z][^{}]*\}$/.test(value) ? '' : value;
}

function decodeParameters(parameters: Labels, source: WebhookSource): WebhookDecoding {
  const of = (name: string): string => readMacro(parameters, name);
  const problem = (what: string, place: string): WebhookDecoding => {
    const found = of(place);
    return {
      ok: false,
      problems: [expected(what, place, found === '' ? undefined : found, REMEDY)],
    };
  };
  const eventSource = of('event_source');
  if (!/^[0-4]$/.test(eventSource)) return problem('{EVENT.SOURCE}, 0 to 4', 'event_source');
  // Discovery, registration, internal events and services have no trigger that could recover.
  if (eventSource !== '0') return NOTHING;
  const value = of('event_value');
  if (value !== '0' && value !== '1') return problem('{EVENT.VALUE}, 0 or 1', 'event_value');
  if (!/^\d{1,20}$/.test(of('trigger_id'))) return problem('{TRIGGER.ID}, a number', 'trigger_id');
  if (of('host') === '') return problem('{HOST.HOST}, the name of a host', 'host');
  if (!/^[0-5]$/.test(of('severity'))) return problem('{EVENT.NSEVERITY}, 0 to 5', 'severity');
  const event = makeEvent(toAlert(value === '1', of, source), source);
  return toDecoding({ events: [event], problems: [] });
}

function toAlert(
  isProblem: boolean,
  of: (name: string) => string,
  { receivedAtMs }: WebhookSource,
): Parameters<typeof makeEvent>[0] {
  const identity = { host: of('host'), trigger_id: of('trigger_id') };
  const eventName = of('event_name');
  const target = of('target');
  const severity = SEVERITIES[Number(of('severity'))] ?? 'warning';
  const startsAtMs = parseUnixSecondsMs(of('event_timestamp'));
  const endsAtMs = parseUnixSecondsMs(of('recovery_timestamp')) ?? receivedAtMs;
  const annotations = Object.entries({
    summary: eventName === '' ? `Trigger ${identity.trigger_id} of ${identity.host}` : eventName,
    description: of('trigger_description'),
    value: of('operational_data'),
    tags: of('event_tags'),
    event_id: of('event_id'),
    update: of('update_message'),
  }).filter(([, text]) => text !== '');
  return {
    status: isProblem ? 'firing' : 'resolved',
    name: NAME,
    labels: {
      alertname: NAME,
      ...identity,
      severity,
      ...(target === '' ? {} : { target }),
    },
    annotations: Object.fromEntries(annotations),
    startsAtMs: startsAtMs ?? (isProblem ? receivedAtMs : endsAtMs),
    endsAtMs: isProblem ? null : endsAtMs,
    generatorUrl: /^https?:/.test(of('url')) ? of('url') : '',
    fingerprint: fingerprintOf({ alertname: NAME, ...identity }),
  };
}
