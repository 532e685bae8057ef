import type { AlertEvent } from '../../alerts/alerts.ts';
import { isFiring } from '../incident.ts';
import type { Incident, IncidentAlert } from '../incident.ts';

/** What is maintained: alerts of one of the targets (any, when there are none) with all these values of labels. */
export type MaintenanceScope = {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
};

/** A time in which pages about something are delayed. Times are by our clock. */
export type MaintenanceWindow = {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
  readonly scope: MaintenanceScope;
  /** A hash of the schedule of the configuration that it is an occurrence of; null when a person made it. */
  readonly schedule: string | null;
  readonly state: 'planned' | 'active' | 'ended';
  readonly startsAtMs: number;
  /** When it is to end; it may have been ended earlier. */
  readonly endsAtMs: number;
  readonly plannedBy: string;
  readonly plannedAtMs: number;
  /** When it really began: later than planned when nothing ran then. */
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly endedBy: string | null;
  readonly endedBecause: string | null;
  /** Entries of its journal so far. */
  readonly sequence: number;
};

type Judged = Pick<AlertEvent, 'labels'> | Pick<IncidentAlert, 'labels'>;

/**
 * Whether an alert is in the scope. A label that is not known (of alerts past the first 200 of an incident most are
 * not kept) does not fit: in doubt people are told.
 */
export function isInScope({ labels }: Judged, scope: MaintenanceScope): boolean {
  const { targets } = scope;
  if (targets.length > 0 && !targets.includes(labels['target'] ?? '')) return false;
  return Object.entries(scope.labels).every(([name, value]) => labels[name] === value);
}

/**
 * The windows that an incident is in: none, unless every alert that fires is in the scope of one; when none fires any
 * more, every alert of it. An alert that nobody declared maintenance for is never kept back by its neighbours.
 */
export function windowsOf(
  incident: Incident,
  windows: readonly MaintenanceWindow[],
): readonly MaintenanceWindow[] {
  if (windows.length === 0) return [];
  const isQuiet = !isFiring(incident);
  const judged = incident.alerts.filter(({ status }) => isQuiet || status === 'firing');
  const covering = new Set<MaintenanceWindow>();
  for (const alert of judged) {
    const found = windows.filter(({ scope }) => isInScope(alert, scope));
    if (found.length === 0) return [];
    for (const window of found) covering.add(window);
  }
  return windows.filter((window) => covering.has(window));
}

/** Whether pages are delayed by it now: also before it was noted that it began, and until it was noted that it ended. */
export function isInForce(window: MaintenanceWindow, nowMs: number): boolean {
  if (window.state === 'ended' || window.endsAtMs <= nowMs) return false;
  return window.state === 'active' || window.startsAtMs <= nowMs;
}

/** `target shop, team=crm`. */
export function describeScope({ targets, labels }: MaintenanceScope): string {
  const named =
    targets.length === 0
      ? []
      : [`${targets.length === 1 ? 'target' : 'targets'} ${targets.join(', ')}`];
  return [...named, ...Object.entries(labels).map(([name, value]) => `${name}=${value}`)].join(
    ', ',
  );
}
