import { MEASUREMENTS, PROBE_METRICS, alertDefinition } from '../../catalog/catalog.ts';
import type { AlertEvent } from './alert-event.ts';
import type { Labels, WebhookSource } from './decoding.ts';
import { fingerprintOf } from './fingerprint.ts';
import { NO_MASK } from './mask.ts';

/** What a decoder found out about one alert, as the sender told it. */
export type ToldAlert = {
  readonly status: 'firing' | 'resolved';
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAtMs: number;
  readonly endsAtMs: number | null;
  readonly generatorUrl: string;
  /** The sender's own, or that of the labels that stay the same for ever; of all labels when absent. */
  readonly fingerprint?: string;
};

/** More than Prometheus' usual limits; the raw body keeps the whole. */
export const EVENT_LIMITS = {
  labels: 128,
  nameCharacters: 256,
  labelCharacters: 2048,
  annotations: 64,
  annotationCharacters: 10_000,
  /** Of all names and values of an alert together. */
  characters: 65_536,
} as const;

/** Says on an event what of it was cut or could not be believed. */
export const CUT_ANNOTATION = 'crmwatch_cut';

/** They decide what an alert belongs to, so they are kept whatever else is in the way. */
const FIRST_LABELS = ['alertname', 'target', 'severity', 'area'];
const FIRST_ANNOTATIONS = ['summary', 'description', 'runbook_url', 'reason'];

const EARLIEST_MS = Date.UTC(2000, 0, 1);
/** Clocks are wrong by hours where time zones are mixed up; more than this is no clock. */
const LATEST_AHEAD_MS = 2 * 86_400_000;

/**
 * Control characters, and those that turn the direction of text around, so that a name could be shown as another
 * one. Line breaks and tabs stay.
 */
const HIDDEN = /[[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]--[\n\r\t]]/gv;

function visible(text: string): string {
  return text.toWellFormed().replace(HIDDEN, '�');
}

/** Cuts without leaving half a character behind. */
function cutText(text: string, characters: number): string {
  return text.slice(0, characters).toWellFormed();
}

/** With what an alert of ours is asked about and belongs together: names of targets, probes and tables. */
const CATALOG_LABELS: ReadonlySet<string> = new Set([
  ...FIRST_LABELS,
  ...[...Object.values(MEASUREMENTS), ...Object.values(PROBE_METRICS)].flatMap(
    ({ labels }) => labels,
  ),
]);

/** Never masked. Those of alerts that others made may hold anything, but the severity is one of few words. */
function isStructural(alertName: string, label: string): boolean {
  if (label === 'severity') return true;
  return alertDefinition(alertName) !== undefined && CATALOG_LABELS.has(label);
}

/** What a mask may need to see behind the place where a value is cut, to know what begins before it. */
const LOOK_BEYOND = 400;

type Bounds = { readonly entries: number; readonly characters: number };

type Keeping = {
  readonly first: readonly string[];
  readonly bounds: Bounds;
  readonly budget: { left: number };
  readonly notes: string[];
  readonly mask: (name: string, value: string) => string;
};

function keepWithin(told: Labels, { first, bounds, budget, notes, mask }: Keeping): Labels {
  const names = Object.keys(told);
  const ordered = first
    .filter((name) => Object.hasOwn(told, name))
    .concat(names.filter((name) => !first.includes(name)));
  const kept: [string, string][] = [];
  let dropped = 0;
  for (const name of ordered) {
    const value = told[name] ?? '';
    const room = Math.min(bounds.characters, budget.left - name.length);
    if (kept.length >= bounds.entries || name.length > EVENT_LIMITS.nameCharacters || room <= 0) {
      dropped++;
      continue;
    }
    // Masked before it is cut, since half an address is not known as one.
    const masked = mask(name, visible(cutText(value, room + LOOK_BEYOND)));
    const isWhole = value.length <= room;
    const shown = isWhole ? masked : `${cutText(masked, room)}… [cut]`;
    if (!isWhole) notes.push(`${visible(name)} (${value.length} characters)`);
    budget.left -= name.length + Math.min(value.length, room);
    kept.push([visible(name), shown]);
  }
  if (dropped > 0) notes.push(`${dropped} more`);
  return Object.freeze(Object.fromEntries(kept));
}

function believableMs(told: number, receivedAtMs: number): number | undefined {
  return told >= EARLIEST_MS && told <= receivedAtMs + LATEST_AHEAD_MS ? told : undefined;
}

/**
 * Makes the event of an alert, within bounds: values and labels above `EVENT_LIMITS` are cut with a mark, times that
 * cannot be true become the time of receipt, and characters that nobody sees are replaced. What was done is said
 * in the annotation `crmwatch_cut`. The identity is of the labels as they were sent, before anything was masked.
 */
export function makeEvent(told: ToldAlert, source: WebhookSource): AlertEvent {
  const { receivedAtMs, mask = NO_MASK } = source;
  const common = { budget: { left: EVENT_LIMITS.characters }, notes: [] as string[] };
  const { notes } = common;
  const labels = keepWithin(told.labels, {
    ...common,
    first: FIRST_LABELS,
    bounds: { entries: EVENT_LIMITS.labels, characters: EVENT_LIMITS.labelCharacters },
    mask: (name, value) => (isStructural(told.name, name) ? value : mask.value(name, value)),
  });
  const annotations = keepWithin(told.annotations, {
    ...common,
    first: FIRST_ANNOTATIONS,
    bounds: { entries: EVENT_LIMITS.annotations, characters: EVENT_LIMITS.annotationCharacters },
    mask: (name, value) => mask.value(name, value),
  });
  const startsAtMs = believableMs(told.startsAtMs, receivedAtMs);
  if (startsAtMs === undefined) notes.push('the start, which cannot be true');
  const isOver = told.status === 'resolved' && told.endsAtMs !== null && told.endsAtMs >= 0;
  const endsAtMs = isOver ? believableMs(told.endsAtMs, receivedAtMs) : null;
  if (endsAtMs === undefined) notes.push('the end, which cannot be true');
  const cut = notes.length === 0 ? {} : { [CUT_ANNOTATION]: notes.join(', ').slice(0, 1000) };
  return Object.freeze({
    sender: source.sender,
    fingerprint: told.fingerprint ?? fingerprintOf(told.labels),
    status: told.status,
    name: mask.text(visible(cutText(told.name, EVENT_LIMITS.labelCharacters))),
    labels,
    annotations: notes.length === 0 ? annotations : Object.freeze({ ...annotations, ...cut }),
    startsAtMs: startsAtMs ?? receivedAtMs,
    endsAtMs: endsAtMs === undefined ? receivedAtMs : endsAtMs,
    generatorUrl: mask.text(visible(cutText(told.generatorUrl, EVENT_LIMITS.labelCharacters))),
    receivedAtMs,
  });
}
