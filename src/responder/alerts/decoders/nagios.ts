import { expected, parseTextMap, parseUnixSecondsMs } from '../decoding.ts';
import { refused, toDecoding } from '../decoding.ts';
import type { Labels, WebhookDecoder, WebhookDecoding, WebhookSource } from '../decoding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { makeEvent } from '../make-event.ts';

const REMEDY = 'send the fields that deploy/senders/nagios/crmwatch-notify sends';

/** States of hosts and services and what they are worth; null is well. */
const SEVERITY_OF = {
  OK: null,
  UP: null,
  WARNING: 'warning',
  UNKNOWN: 'warning',
  UNREACHABLE: 'warning',
  CRITICAL: 'critical',
  DOWN: 'critical',
} as const;

type State = keyof typeof SEVERITY_OF;

/** Of notification commands: the others (acknowledgements, flapping, downtimes, custom) are no change of state. */
const STATE_NOTIFICATIONS = ['', 'PROBLEM', 'RECOVERY'];

const NOTHING = toDecoding({ events: [], problems: [] });

/**
 * Decodes one event of Nagios, Icinga, Naemon or Shinken, told by an event handler or a notification command: the
 * standard macros by their names, as a form (a shell can send that without quoting JSON) or as a JSON map of texts.
 * Sources: Nagios Core, "Standard Macros in Nagios" and "Event Handlers"; Icinga 2, "Monitoring Basics", event
 * commands. Soft states are no alerts: the check is being tried again. Identity is host and service.
 */
export const decodeNagiosEvent: WebhookDecoder = (rawBody, source) => {
  const text = rawBody.toString().trim();
  if (!text.startsWith('{'))
    return decodeMacros(Object.fromEntries(new URLSearchParams(text)), source);
  const parsed = parseTextMap(text);
  return parsed.ok ? decodeMacros(parsed.value, source) : refused('', parsed.why, REMEDY);
};

/** A macro that the monitoring does not know stays as it was written, or is empty. */
function readMacro(macros: Labels, name: string): string {
  const value = Object.hasOwn(macros, name) ? (macros[name] ?? '').trim() : '';
  return /^\$[\w:.]+\$$/.test(value) ? '' : value;
}

function isState(text: string): text is State {
  return Object.hasOwn(SEVERITY_OF, text);
}

function decodeMacros(macros: Labels, source: WebhookSource): WebhookDecoding {
  const of = (name: string): string => readMacro(macros, name);
  const problem = (what: string, place: string, found: string): WebhookDecoding => ({
    ok: false,
    problems: [expected(what, place, found === '' ? undefined : found, REMEDY)],
  });
  const host = of('HOSTNAME');
  if (host === '') return problem('the name of a host', 'HOSTNAME', host);
  const service = of('SERVICEDESC');
  const about = service === '' ? 'HOST' : 'SERVICE';
  const state = of(`${about}STATE`).toUpperCase();
  if (!isState(state)) {
    const states = about === 'HOST' ? 'UP, DOWN, UNREACHABLE' : 'OK, WARNING, CRITICAL, UNKNOWN';
    return problem(`one of ${states}`, `${about}STATE`, state);
  }
  const stateType = of(`${about}STATETYPE`).toUpperCase();
  if (stateType !== 'HARD' && stateType !== 'SOFT') {
    return problem('HARD or SOFT', `${about}STATETYPE`, stateType);
  }
  const isStateChange = STATE_NOTIFICATIONS.includes(of('NOTIFICATIONTYPE').toUpperCase());
  if (stateType === 'SOFT' || !isStateChange) return NOTHING;
  const told = { host, service, state, about } as const;
  return toDecoding({ events: [makeEvent(toAlert(told, of, source), source)], problems: [] });
}

type Told = {
  readonly host: string;
  readonly service: string;
  readonly state: State;
  readonly about: 'HOST' | 'SERVICE';
};

function toAlert(
  { host, service, state, about }: Told,
  of: (name: string) => string,
  { receivedAtMs }: WebhookSource,
): Parameters<typeof makeEvent>[0] {
  const severity = SEVERITY_OF[state];
  const changedAtMs =
    parseUnixSecondsMs(of(`LAST${about}STATECHANGE`)) ??
    parseUnixSecondsMs(of('TIMET')) ??
    receivedAtMs;
  const name = service === '' ? 'NagiosHost' : 'NagiosService';
  const identity = { host, ...(service === '' ? {} : { service }) };
  const target = of('TARGET');
  const what = service === '' ? host : `${service} on ${host}`;
  const output = of(`${about}OUTPUT`);
  return {
    status: severity === null ? 'resolved' : 'firing',
    name,
    labels: {
      alertname: name,
      ...identity,
      ...(target === '' ? {} : { target }),
      ...(severity === null ? {} : { severity }),
    },
    annotations: {
      summary: `${what} is ${state}`,
      state,
      ...(output === '' ? {} : { description: output }),
    },
    startsAtMs: changedAtMs,
    endsAtMs: severity === null ? changedAtMs : null,
    generatorUrl: of(`${about}NOTESURL`),
    fingerprint: fingerprintOf({ alertname: name, ...identity }),
  };
}
