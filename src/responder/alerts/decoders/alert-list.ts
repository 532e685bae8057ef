import { isFields, isTextMap } from '../../../std/std.ts';
import type { Fields, Problem } from '../../../std/std.ts';
import type { AlertEvent } from '../alert-event.ts';
import { decodeEach, describeFound, expected, parseJson, parseTimeMs } from '../decoding.ts';
import { refused, toDecoding } from '../decoding.ts';
import type { Labels, WebhookDecoding, WebhookSource } from '../decoding.ts';
import { makeEvent } from '../make-event.ts';

export type AlertListDialect = {
  readonly remedy: string;
  readonly versions: readonly string[];
  /** Annotations that this sender tells in keys of its own. */
  readonly extraAnnotations: (alert: Fields) => Labels;
};

const TIME = 'a time such as 2026-01-05T09:00:00Z';

/** What Alertmanager's webhook and those that were made after it have in common. */
export function decodeAlertList(
  rawBody: Buffer | string,
  source: WebhookSource,
  dialect: AlertListDialect,
): WebhookDecoding {
  const { remedy, versions } = dialect;
  const parsed = parseJson(rawBody);
  if (!parsed.ok) return refused('', parsed.why, remedy);
  const body = parsed.value;
  if (!isFields(body)) return refused('', `expected a map, found ${describeFound(body)}`, remedy);
  const { version, alerts } = body;
  if (!versions.some((known) => known === version)) {
    const known = versions.map((each) => `"${each}"`).join(' or ');
    const found = describeFound(version);
    return refused('version', `expected text ${known}, found ${found}`, remedy);
  }
  if (!Array.isArray(alerts)) {
    const found = describeFound(alerts);
    return refused('alerts', `expected a list, found ${found}`, remedy);
  }
  const decoded = decodeEach(alerts, (alert, place) => decodeAlert(alert, place, source, dialect));
  return toDecoding(decoded, body['groupKey'], body['truncatedAlerts']);
}

function decodeAlert(
  alert: unknown,
  place: string,
  source: WebhookSource,
  { remedy, extraAnnotations }: AlertListDialect,
): AlertEvent | Problem {
  const problem = (key: string, what: string, found: unknown): Problem =>
    expected(what, key === '' ? place : `${place}.${key}`, found, remedy);
  if (!isFields(alert)) return problem('', 'a map', alert);
  const { status, labels, startsAt, endsAt, generatorURL, fingerprint } = alert;
  const annotations = alert['annotations'] ?? {};
  if (status !== 'firing' && status !== 'resolved') {
    return problem('status', 'firing or resolved', status);
  }
  if (!isTextMap(labels)) return problem('labels', 'a map of texts', labels);
  if (!isTextMap(annotations)) return problem('annotations', 'a map of texts', annotations);
  const name = labels['alertname'] ?? '';
  if (name === '') return problem('labels.alertname', 'text', labels['alertname']);
  const startsAtMs = parseTimeMs(startsAt);
  if (startsAtMs === undefined) return problem('startsAt', TIME, startsAt);
  const endsAtMs = endsAt === undefined || endsAt === null ? null : parseTimeMs(endsAt);
  if (endsAtMs === undefined) return problem('endsAt', TIME, endsAt);
  const isFingerprint = typeof fingerprint === 'string' && /^[\w-]{1,128}$/.test(fingerprint);
  return makeEvent(
    {
      status,
      name,
      labels,
      annotations: { ...extraAnnotations(alert), ...annotations },
      startsAtMs,
      // Go's zero time is how Alertmanager says that there is no end yet.
      endsAtMs,
      generatorUrl: typeof generatorURL === 'string' ? generatorURL : '',
      ...(isFingerprint ? { fingerprint } : {}),
    },
    source,
  );
}
