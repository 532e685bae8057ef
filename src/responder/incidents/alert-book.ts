import { createHash } from 'node:crypto';
import { MEASUREMENTS, PROBE_METRICS, SEVERITIES } from '../../catalog/catalog.ts';
import type { Severity } from '../../catalog/catalog.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';
import type { IncidentAlert } from './incident.ts';

/**
 * A snapshot keeps this many alerts with all that was told of them. Of the rest it keeps who they are, whether
 * they fire, and the labels that the recovery is proved by: 20,000 alerts of one target are then some megabytes.
 */
export const MAXIMUM_DETAILED = 200;
/** Further alerts of one incident are not taken, so that a snapshot stays bounded whatever is delivered. */
export const MAXIMUM_ALERTS = 50_000;

type Identity = Pick<AlertEvent, 'sender' | 'source' | 'fingerprint'>;

/** The alerts of one incident while events are applied to it: each step costs the same, however many there are. */
export type AlertBook = {
  find(identity: Identity): IncidentAlert | undefined;
  put(alert: IncidentAlert): void;
  /** Whether the alert is kept with all that was told of it. */
  isDetailed(identity: Identity): boolean;
  /** Whether one more alert has room. */
  hasRoom(): boolean;
  /**
   * Our Alertmanager configuration lets a critical alert silence the warning of the same series, and Alertmanager
   * never sends a resolve that happens while an alert is silenced. So the end of the critical one ends the
   * warning too; a warning that still fires is told again, and only fresh probes prove recovery.
   */
  endInhibitedBy(source: IncidentAlert): void;
  isFiring(): boolean;
  worstFiring(): Severity | undefined;
  list(): readonly IncidentAlert[];
};

const KEPT_LABELS: ReadonlySet<string> = new Set([
  'target',
  'probe',
  'severity',
  ...[...Object.values(MEASUREMENTS), ...Object.values(PROBE_METRICS)].flatMap(
    ({ labels }) => labels,
  ),
]);

function keyOf(identity: Identity): string {
  return `${identity.fingerprint} ${sourceOf(identity)}`;
}

type Index = ReadonlyMap<string, number>;

const indexes = new WeakMap<readonly IncidentAlert[], Index>();

/** Lists of alerts never change, so each is indexed once. */
function indexOf(alerts: readonly IncidentAlert[]): Index {
  const known = indexes.get(alerts);
  if (known !== undefined) return known;
  const index = new Map(alerts.map((alert, position) => [keyOf(alert), position]));
  indexes.set(alerts, index);
  return index;
}

export function findAlert(
  alerts: readonly IncidentAlert[],
  identity: Identity,
): IncidentAlert | undefined {
  return alerts[indexOf(alerts).get(keyOf(identity)) ?? -1];
}

/** With `maximumDetailed`, alerts past that number are kept without their details. */
export function openAlertBook(
  before: readonly IncidentAlert[],
  maximumDetailed: number,
): AlertBook {
  const alerts = [...before];
  const positions = new Map(indexOf(before));
  const firing = new Map<Severity, number>();
  let warnings: Map<string, number[]> | undefined;
  for (const alert of alerts) count(alert, 1);

  function count({ status, severity }: IncidentAlert, change: number): void {
    if (status === 'firing') firing.set(severity, (firing.get(severity) ?? 0) + change);
  }

  function replace(position: number, alert: IncidentAlert): void {
    const old = alerts[position];
    if (old !== undefined) count(old, -1);
    count(alert, 1);
    alerts[position] = alert;
  }

  function warningsOf(series: string): readonly number[] {
    if (warnings === undefined) {
      warnings = new Map();
      for (const position of alerts.keys()) note(warnings, position);
    }
    return warnings.get(series) ?? [];
  }

  function note(into: Map<string, number[]>, position: number): void {
    const alert = alerts[position];
    if (alert?.severity !== 'warning') return;
    const series = seriesOf(alert);
    const known = into.get(series);
    if (known === undefined) into.set(series, [position]);
    else known.push(position);
  }

  return {
    find: (identity) => alerts[positions.get(keyOf(identity)) ?? -1],
    put(alert) {
      const known = positions.get(keyOf(alert));
      const position = known ?? alerts.length;
      replace(position, position < maximumDetailed ? alert : withoutDetails(alert));
      positions.set(keyOf(alert), position);
      if (known === undefined && warnings !== undefined) note(warnings, position);
    },
    isDetailed: (identity) => (positions.get(keyOf(identity)) ?? 0) < maximumDetailed,
    hasRoom: () => alerts.length < MAXIMUM_ALERTS,
    endInhibitedBy(source) {
      if (source.severity !== 'critical') return;
      for (const position of warningsOf(seriesOf(source))) {
        const alert = alerts[position];
        if (alert?.status !== 'firing' || alert.severity !== 'warning') continue;
        if (alert.receivedAtMs >= source.receivedAtMs) continue;
        const { endsAtMs, receivedAtMs } = source;
        replace(position, { ...alert, status: 'resolved', endsAtMs, receivedAtMs });
      }
    },
    isFiring: () => [...firing.values()].some((number) => number > 0),
    worstFiring: () => SEVERITIES.toReversed().find((severity) => (firing.get(severity) ?? 0) > 0),
    list: () => alerts,
  };
}

/** The same for the warning and the critical alert of one series: source, name and labels but the severity. */
function seriesOf(alert: IncidentAlert): string {
  if (alert.series !== undefined) return alert.series;
  const labels = Object.entries(alert.labels)
    .filter(([name]) => name !== 'severity')
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const text = JSON.stringify([sourceOf(alert), alert.name, labels]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function withoutDetails(alert: IncidentAlert): IncidentAlert {
  const labels = Object.entries(alert.labels).filter(([name]) => KEPT_LABELS.has(name));
  return {
    ...alert,
    labels: Object.fromEntries(labels),
    annotations: {},
    generatorUrl: '',
    // Only a warning can be ended by a critical alert of its series.
    ...(alert.severity === 'warning' ? { series: seriesOf(alert) } : {}),
  };
}
