import type { AlertEvent } from './alert-event.ts';
import type { Labels, WebhookSource } from './decoding.ts';
import { fingerprintOf } from './fingerprint.ts';

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

type Bounds = { readonly entries: number; readonly characters: number };

function keepWithin(
  told: Labels,
  first: readonly string[],
  bounds: Bounds,
  budget: { left: number },
  notes: string[],
): Labels {
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
    const isWhole = value.length <= room;
    const shown = isWhole ? value : `${cutText(value, room)}… [cut]`;
    if (!isWhole) notes.push(`${visible(name)} (${value.length} characters)`);
    budget.left -= name.length + Math.min(value.length, room);
    kept.push([visible(name), visible(shown)]);
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
 * in the annotation `crmwatch_cut`. The identity is of the labels as they were sent.
 */
export function makeEvent(told: ToldAlert, source: WebhookSource): AlertEvent {
  const { receivedAtMs } = source;
  const budget = { left: EVENT_LIMITS.characters };
  const notes: string[] = [];
  const labels = keepWithin(
    told.labels,
    FIRST_LABELS,
    { entries: EVENT_LIMITS.labels, characters: EVENT_LIMITS.labelCharacters },
    budget,
    notes,
  );
  const annotations = keepWithin(
    told.annotations,
    FIRST_ANNOTATIONS,
    { entries: EVENT_LIMITS.annotations, characters: EVENT_LIMITS.annotationCharacters },
    budget,
    notes,
  );
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
    name: visible(cutText(told.name, EVENT_LIMITS.labelCharacters)),
    labels,
    annotations: notes.length === 0 ? annotations : Object.freeze({ ...annotations, ...cut }),
    startsAtMs: startsAtMs ?? receivedAtMs,
    endsAtMs: endsAtMs === undefined ? receivedAtMs : endsAtMs,
    generatorUrl: visible(cutText(told.generatorUrl, EVENT_LIMITS.labelCharacters)),
    receivedAtMs,
  });
}
