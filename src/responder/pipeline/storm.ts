import { isOpen } from '../incidents/incidents.ts';
import type { Incident, Notice } from '../incidents/incidents.ts';

export type StormSettings = {
  /** More new incidents than this within `withinMs` are a storm. */
  readonly incidents: number;
  readonly withinMs: number;
  /** How long the notice of an incident waits, when another was opened within `withinMs`, for more to come. */
  readonly holdMs: number;
};

export const DEFAULT_STORM_SETTINGS: StormSettings = {
  incidents: 5,
  withinMs: 300_000,
  holdMs: 10_000,
};

/** Nobody is told more often than this of one storm, be it of many incidents or of one with many alerts. */
export const MAXIMUM_PAGES = 3;
/** An incident with more alerts is a storm of its own. */
const STORM_ALERTS = 100;

/** What a change set has to tell of one incident: what began goes first, and takes with it what it tells anyway. */
export function coalesceNotices(notices: readonly Notice[]): readonly Notice[] {
  const distinct = [...new Set(notices)];
  const beginning = distinct.findLast((notice) => notice === 'opened' || notice === 'reopened');
  if (beginning === undefined) return distinct;
  const others = distinct.filter(
    (notice) => notice === 'resolved' || notice === 'flapping_started',
  );
  return [beginning, ...others];
}

export function isBeginning(notice: Notice): boolean {
  return notice === 'opened' || notice === 'reopened';
}

/** Of three pages about a storm in one incident, the last is kept for its end. */
export function isHeldInIncident(notice: Notice, incident: Incident, toldBefore: number): boolean {
  if (incident.alerts.length <= STORM_ALERTS || isBeginning(notice)) return false;
  const isEnd = notice === 'resolved' && !isOpen(incident.phase);
  return toldBefore >= (isEnd ? MAXIMUM_PAGES : MAXIMUM_PAGES - 1);
}

/** An incident that comes alone is told at once; one that comes soon after another may be part of a storm. */
export function waitOf(newIncidents: number, { holdMs }: StormSettings): number {
  return newIncidents > 1 ? holdMs : 0;
}

export function isStorm(newIncidents: number, { incidents }: StormSettings): boolean {
  return newIncidents > incidents;
}
