import { SEVERITIES } from '../../../catalog/catalog.ts';
import { isFields, isTextMap } from '../../../std/std.ts';
import type { Fields, Problem } from '../../../std/std.ts';
import type { AlertEvent } from '../alert-event.ts';
import { decodeEach, describeFound, expected, parseJson, parseTimeMs } from '../decoding.ts';
import { refused, toDecoding } from '../decoding.ts';
import type { Labels, WebhookDecoder, WebhookSource } from '../decoding.ts';
import { fingerprintOf } from '../fingerprint.ts';
import { makeEvent } from '../make-event.ts';

const REMEDY = 'send events as docs/responder/intake.md describes them';
const TIME = 'a time such as 2026-01-05T09:00:00Z, or nothing';
const VERSION = '1';

/**
 * Decodes events of scripts and tools that have no webhook of their own: one event, or a list of them under `events`.
 * `id` is what stays the same from the first firing to the resolve; without it, name, target and labels are,
 * the severity left out, which may change while an alert fires. The format is ours; docs/responder/intake.md has it.
 */
export const decodeGenericEvents: WebhookDecoder = (rawBody, source) => {
  const parsed = parseJson(rawBody);
  if (!parsed.ok) return refused('', parsed.why, REMEDY);
  const body = parsed.value;
  if (!isFields(body)) return refused('', `expected a map, found ${describeFound(body)}`, REMEDY);
  const { version = VERSION, events } = body;
  if (version !== VERSION) {
    const found = describeFound(version);
    return refused('version', `expected text "${VERSION}" or nothing, found ${found}`, REMEDY);
  }
  if (events === undefined) {
    return toDecoding(decodeEach([body], (event) => decodeOne(event, '', source)));
  }
  if (!Array.isArray(events)) {
    return refused('events', `expected a list, found ${describeFound(events)}`, REMEDY);
  }
  return toDecoding(
    decodeEach(events, (event, place) =>
      decodeOne(event, place.replace('alerts', 'events'), source),
    ),
  );
};

/** The texts of an event by key, or the problem of the first that is none. */
function readTexts(event: Fields, place: (key: string) => string): Labels | Problem {
  const texts: Record<string, string> = {};
  for (const key of ['id', 'target', 'severity', 'summary', 'description', 'url']) {
    const value = event[key] ?? '';
    if (typeof value !== 'string') return expected('text or nothing', place(key), value, REMEDY);
    texts[key] = value;
  }
  return texts;
}

function present(entries: Labels): Labels {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== ''));
}

function isProblem(value: Labels | Problem): value is Problem {
  return 'remedy' in value && 'place' in value && 'message' in value;
}

function decodeOne(event: unknown, at: string, source: WebhookSource): AlertEvent | Problem {
  const place = (key: string): string => (at === '' ? key : `${at}.${key}`);
  if (!isFields(event)) return expected('a map', at, event, REMEDY);
  const { status, name, labels = {}, annotations = {} } = event;
  if (status !== 'firing' && status !== 'resolved') {
    return expected('firing or resolved', place('status'), status, REMEDY);
  }
  if (typeof name !== 'string' || name === '') return expected('text', place('name'), name, REMEDY);
  if (!isTextMap(labels)) return expected('a map of texts', place('labels'), labels, REMEDY);
  if (!isTextMap(annotations)) {
    return expected('a map of texts', place('annotations'), annotations, REMEDY);
  }
  const texts = readTexts(event, place);
  if (isProblem(texts)) return texts;
  const { id = '', target = '', severity = '', summary = '', description = '', url = '' } = texts;
  if (severity !== '' && !SEVERITIES.some((known) => known === severity)) {
    return expected(`one of ${SEVERITIES.join(', ')}`, place('severity'), severity, REMEDY);
  }
  const times = readTimes(event, place, source.receivedAtMs);
  if ('message' in times) return times;
  const stable = { ...labels, alertname: name, ...present({ target }) };
  const { severity: _severity, ...identity } = { severity: '', ...stable };
  return makeEvent(
    {
      status,
      name,
      labels: { ...stable, ...present({ severity }) },
      annotations: { ...annotations, ...present({ summary, description }) },
      ...times,
      generatorUrl: url,
      fingerprint: fingerprintOf(id === '' ? identity : { id }),
    },
    source,
  );
}

function readTimes(
  event: Fields,
  place: (key: string) => string,
  receivedAtMs: number,
): Pick<AlertEvent, 'startsAtMs' | 'endsAtMs'> | Problem {
  const starts = event['starts_at'] ?? null;
  const ends = event['ends_at'] ?? null;
  const startsAtMs = starts === null ? undefined : parseTimeMs(starts);
  if (starts !== null && startsAtMs === undefined) {
    return expected(TIME, place('starts_at'), starts, REMEDY);
  }
  const endsAtMs = ends === null ? undefined : parseTimeMs(ends);
  if (ends !== null && endsAtMs === undefined) {
    return expected(TIME, place('ends_at'), ends, REMEDY);
  }
  if (event['status'] === 'firing') {
    return { startsAtMs: startsAtMs ?? receivedAtMs, endsAtMs: null };
  }
  const endMs = endsAtMs ?? receivedAtMs;
  return { startsAtMs: startsAtMs ?? endMs, endsAtMs: endMs };
}
