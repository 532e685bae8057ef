import type { Notice } from './incident-event.ts';
import { isFiring, isOpen } from './incident.ts';
import type { Incident } from './incident.ts';
import { sourceOf } from '../alerts/alerts.ts';

/** Whether all that makes the incident fire flaps; when nothing fires, whether anything flaps that did. */
function isFlapping({ alerts, flapping = [] }: Incident): boolean {
  if (flapping.length === 0) return false;
  const keys = new Set(flapping.map(({ source, fingerprint }) => `${fingerprint} ${source}`));
  return alerts.every(
    (alert) => alert.status !== 'firing' || keys.has(`${alert.fingerprint} ${sourceOf(alert)}`),
  );
}

/** Why people are not told of an incident now; empty when nothing keeps them from it. */
export type HoldReason = 'maintenance' | 'hold_off' | 'flapping';

export function holdsOf(incident: Incident): readonly HoldReason[] {
  const { maintenance = [], holdOff = null } = incident;
  return [
    ...(maintenance.length > 0 ? (['maintenance'] as const) : []),
    ...(holdOff === null ? [] : (['hold_off'] as const)),
    ...(isFlapping(incident) ? (['flapping'] as const) : []),
  ];
}

export type NoticeDecision = {
  /** What people are told now, in this order. */
  readonly tell: readonly Notice[];
  /** What waits until nothing holds it any more. */
  readonly keep: readonly Notice[];
};

const BEGINNINGS: readonly Notice[] = ['opened', 'reopened', 'split_off'];
const ENDINGS: readonly Notice[] = ['resolved', 'merged'];

/** Whether people were not told yet that it began. */
export function isUntold(held: readonly Notice[]): boolean {
  return held.some((notice) => BEGINNINGS.includes(notice));
}

/**
 * Decides what becomes of the notices of an incident: `held` waited so far, `news` came up now. What is held is delayed
 * and never cancelled, but each incident is told of once at the end of it, as it is then:
 *
 * - Who was not told that it began is told that, if it is not over; else nobody is told of it one by one.
 * - Who was told hears of the end at once, also while pages are held: it is what they wait for, and it pages nobody.
 * - That an alert flaps is told at once unless something else holds the pages, since it tells why there are none.
 */
export function decideNotices(
  incident: Incident,
  held: readonly Notice[],
  news: readonly Notice[],
): NoticeDecision {
  const all = [...new Set([...held, ...news])];
  const holds = holdsOf(incident);
  const isOver = !isOpen(incident.phase);
  if (isOver && !isUntold(held) && all.some((notice) => ENDINGS.includes(notice))) {
    return { tell: lastWords(all), keep: [] };
  }
  if (holds.length > 0) {
    const isOnlyFlapping = holds.every((reason) => reason === 'flapping');
    if (!isOnlyFlapping || !all.includes('flapping_started')) return { tell: [], keep: all };
    // Who hears that it flaps knows of the incident.
    const known: readonly Notice[] = ['flapping_started', ...BEGINNINGS];
    return { tell: ['flapping_started'], keep: all.filter((notice) => !known.includes(notice)) };
  }
  if (held.length === 0) return { tell: all, keep: [] };
  return { tell: isOver ? [] : newestWord(all), keep: [] };
}

/** At the end, with what began in the same moment. */
function lastWords(all: readonly Notice[]): readonly Notice[] {
  return all.filter((notice) => ENDINGS.includes(notice) || BEGINNINGS.includes(notice));
}

const MOST_IMPORTANT_FIRST: readonly Notice[] = [
  'opened',
  'reopened',
  'split_off',
  'merge_undone',
  'severity_raised',
  'flapping_ended',
  'diagnosed',
];

/** One notice says it all, since each is written anew when it is told. */
function newestWord(all: readonly Notice[]): readonly Notice[] {
  return MOST_IMPORTANT_FIRST.filter((notice) => all.includes(notice)).slice(0, 1);
}

/** Whether the time to wait is over: what fires, or was looked at and is not proved to be well, is told. */
export function isPastHoldOff(incident: Incident): boolean {
  return isFiring(incident) || incident.verification !== null || incident.phase !== 'verifying';
}
