import { decode, errorMessage } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { AlertEvent } from './alert-event.ts';
import { fingerprintOf } from './fingerprint.ts';

export type WebhookSource = { readonly sender: string; readonly receivedAtMs: number };

/** A delivery that could be read, wholly or in part. */
export type DecodedWebhook = {
  readonly ok: true;
  readonly events: readonly AlertEvent[];
  readonly groupKey: string;
  /** Alerts that the sender cut off and will never send. */
  readonly truncatedAlerts: number;
  /** One for each alert of the delivery that could not be read; the others are in `events`. */
  readonly problems: readonly Problem[];
};

export type WebhookDecoding =
  | DecodedWebhook
  | { readonly ok: false; readonly problems: readonly Problem[] };

type Fields = Readonly<Record<string, unknown>>;

const SENDER_REMEDY =
  'send the webhook of Alertmanager 0.27 or later, without a template of your own';
const MAXIMUM_PROBLEMS = 50;

/**
 * Decodes the webhook of Alertmanager, version 4 (prometheus/alertmanager: template/template.go and
 * notify/webhook/webhook.go). Keys that are not known are tolerated. An alert that cannot be read does
 * not take the rest of its delivery with it: it becomes a problem beside the events of the others.
 * The caller bounds the size of the body.
 */
export function decodeAlertmanagerWebhook(
  rawBody: Buffer | string,
  source: WebhookSource,
): WebhookDecoding {
  let body: unknown;
  try {
    body = JSON.parse(rawBody.toString());
  } catch (error) {
    return refused('', `the body is no JSON: ${errorMessage(error)}`);
  }
  if (!isFields(body)) return refused('', `expected a map, found ${decode.describeValue(body)}`);
  if (body['version'] !== '4') {
    return refused('version', `expected text "4", found ${decode.describeValue(body['version'])}`);
  }
  const { alerts } = body;
  if (!Array.isArray(alerts)) {
    return refused('alerts', `expected a list, found ${decode.describeValue(alerts)}`);
  }
  const problems: Problem[] = [];
  const events = alerts.flatMap((alert: unknown, index): AlertEvent[] => {
    const decoded = decodeAlert(alert, `alerts[${index}]`, source);
    if (!('message' in decoded)) return [decoded];
    if (problems.length < MAXIMUM_PROBLEMS) problems.push(decoded);
    return [];
  });
  if (events.length === 0 && problems.length > 0) return { ok: false, problems };
  const truncated = body['truncatedAlerts'];
  return {
    ok: true,
    events,
    groupKey: typeof body['groupKey'] === 'string' ? body['groupKey'] : '',
    truncatedAlerts: Number.isSafeInteger(truncated) ? Math.max(0, Number(truncated)) : 0,
    problems,
  };
}

function decodeAlert(alert: unknown, place: string, source: WebhookSource): AlertEvent | Problem {
  const problem = (key: string, expected: string, found: unknown): Problem => ({
    place: key === '' ? place : `${place}.${key}`,
    message: `expected ${expected}, found ${decode.describeValue(found)}`,
    remedy: SENDER_REMEDY,
  });
  if (!isFields(alert)) return problem('', 'a map', alert);
  const { status, labels, annotations = {}, startsAt, endsAt, generatorURL, fingerprint } = alert;
  if (status !== 'firing' && status !== 'resolved') {
    return problem('status', 'firing or resolved', status);
  }
  if (!isTextMap(labels)) return problem('labels', 'a map of texts', labels);
  if (!isTextMap(annotations)) return problem('annotations', 'a map of texts', annotations);
  const name = labels['alertname'] ?? '';
  if (name === '') return problem('labels.alertname', 'text', labels['alertname']);
  const startsAtMs = parseTimeMs(startsAt);
  if (startsAtMs === undefined)
    return problem('startsAt', 'a time such as 2026-01-05T09:00:00Z', startsAt);
  const endsAtMs = endsAt === undefined || endsAt === null ? null : parseTimeMs(endsAt);
  if (endsAtMs === undefined)
    return problem('endsAt', 'a time such as 2026-01-05T09:00:00Z', endsAt);
  return Object.freeze({
    sender: source.sender,
    fingerprint:
      typeof fingerprint === 'string' && /^[\w-]{1,128}$/.test(fingerprint)
        ? fingerprint
        : fingerprintOf(labels),
    status,
    name,
    labels: Object.freeze({ ...labels }),
    annotations: Object.freeze({ ...annotations }),
    startsAtMs,
    // Go's zero time is how Alertmanager says that there is no end yet.
    endsAtMs: status === 'firing' || endsAtMs === null || endsAtMs < 0 ? null : endsAtMs,
    generatorUrl: typeof generatorURL === 'string' ? generatorURL : '',
    receivedAtMs: source.receivedAtMs,
  });
}

const TIME_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** RFC 3339 to milliseconds since the epoch; undefined when it is none. Finer parts are cut off. */
function parseTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !TIME_PATTERN.test(value)) return undefined;
  const milliseconds = Date.parse(value.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isFields(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function refused(place: string, message: string): WebhookDecoding {
  return { ok: false, problems: [{ place, message, remedy: SENDER_REMEDY }] };
}
