import { isFields, isTextMap, known, unknown } from '../../std/std.ts';
import type { Fields, Knowable } from '../../std/std.ts';
import { askJson, timeOf } from './ask.ts';
import type { AskOptions, Server } from './ask.ts';
import type { AlertmanagerAnswer, UpstreamAlert } from './upstream-view.ts';

/** More at once are refused, since what is cut off would look resolved. */
const MAXIMUM_ALERTS = 200_000;

const ALL_STATES = 'active=true&silenced=true&inhibited=true&unprocessed=true';

/** Asks an Alertmanager for all alerts that it holds (prometheus/alertmanager: api/v2/openapi.yaml). */
export async function askAlertmanager(
  server: Server,
  options: AskOptions,
): Promise<Knowable<AlertmanagerAnswer>> {
  const answer = await askJson(server, `/api/v2/alerts?${ALL_STATES}`, options);
  return answer.known ? decodeAlerts(answer.value.body) : answer;
}

/**
 * Decodes `GET /api/v2/alerts`. One that cannot be read is still held: its fingerprint is kept, and an entry
 * without even that makes the whole answer unknown, because nothing could be told missing by it.
 */
export function decodeAlerts(body: unknown): Knowable<AlertmanagerAnswer> {
  if (!Array.isArray(body)) return unknown('bad_payload', 'its answer is no list of alerts');
  if (body.length > MAXIMUM_ALERTS) {
    return unknown('bad_payload', `it holds ${body.length} alerts, more than ${MAXIMUM_ALERTS}`);
  }
  const alerts = new Map<string, UpstreamAlert>();
  const unreadable = new Set<string>();
  for (const entry of body as readonly unknown[]) {
    const fingerprint = isFields(entry) ? entry['fingerprint'] : undefined;
    if (typeof fingerprint !== 'string' || fingerprint === '' || !isFields(entry)) {
      return unknown('bad_payload', 'it holds an alert without a fingerprint');
    }
    const alert = decodeAlert(fingerprint, entry);
    if (alert === undefined) unreadable.add(fingerprint);
    else alerts.set(fingerprint, alert);
  }
  return known({ alerts, unreadable });
}

function decodeAlert(fingerprint: string, entry: Fields): UpstreamAlert | undefined {
  const { labels, annotations = {}, generatorURL } = entry;
  const status = isFields(entry['status']) ? entry['status'] : {};
  const startsAtMs = timeOf(entry['startsAt']);
  if (!isTextMap(labels) || !isTextMap(annotations) || startsAtMs === undefined) return undefined;
  const name = labels['alertname'] ?? '';
  if (name === '') return undefined;
  const { state } = status;
  return {
    fingerprint,
    name,
    labels,
    annotations,
    generatorUrl: typeof generatorURL === 'string' ? generatorURL : '',
    startsAtMs,
    // A state that is not known is never a reason to open anything.
    state: state === 'active' || state === 'suppressed' ? state : 'unprocessed',
    isSilenced: isFilled(status['silencedBy']),
    isInhibited: isFilled(status['inhibitedBy']),
    receivers: receiversOf(entry['receivers']),
  };
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function receiversOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly unknown[]).flatMap((receiver) => {
    const name = isFields(receiver) ? receiver['name'] : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
