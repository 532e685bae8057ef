import { alertDefinition } from '../../catalog/catalog.ts';
import { fingerprintOf } from '../alerts/alerts.ts';
import type { Incident, IncidentAlert, UpstreamNote } from '../incidents/incidents.ts';
import type { PrometheusAlert, UpstreamAlert, UpstreamView } from '../upstream/upstream.ts';
import { createLabelIndex } from './label-index.ts';
import { notesOf } from './reconcile-notes.ts';
import { indexUpstream, presentSourceOf, standingOf } from './reconcile-upstream.ts';
import type { SourceNames, UpstreamIndex } from './reconcile-upstream.ts';
import type { Suspect } from './suspicions.ts';
import { WATCHDOG, isOwnAlert } from './watchdog.ts';
import type { PipeHealing } from './watchdog.ts';

/** What the reconciler has to tell in place of the senders. */
export type Healing =
  | {
      readonly kind: 'resolved';
      readonly alert: IncidentAlert;
      readonly because: string;
    }
  | {
      readonly kind: 'fired';
      readonly source: string;
      readonly alert: Omit<UpstreamAlert, 'state' | 'isSilenced' | 'isInhibited' | 'receivers'>;
      readonly because: string;
    }
  | PipeHealing
  | {
      readonly kind: 'noted';
      readonly incidentId: string;
      readonly notes: readonly UpstreamNote[];
    };

export type ReconcileInput = {
  /** The open ones. */
  readonly incidents: readonly Incident[];
  readonly view: UpstreamView;
  readonly sources: SourceNames;
  /**
   * How long only Prometheus must know an alert before it is told: an Alertmanager that was restarted knows nothing
   * until Prometheus tells it again.
   */
  readonly resendMs: number;
};

/**
 * Compares what the open incidents hold with what is held upstream. Pure. Each suspect becomes true only when it is
 * seen again after a while (see `ripen`), since a delivery may be under way. Nothing is ever concluded from a
 * server that did not answer.
 */
export function reconcile(input: ReconcileInput): readonly Suspect<Healing>[] {
  const index = indexUpstream(input.view, input.sources);
  const firing = input.incidents.flatMap(({ alerts }) =>
    alerts.filter((alert) => alert.status === 'firing' && !isOwnAlert(alert)),
  );
  return [
    ...firing.flatMap((alert) => [...lostResolve(alert, index), ...silentFlap(alert, index)]),
    ...lostFirings(firing, index),
    ...neverSent(firing, index, input.resendMs),
    ...input.incidents.flatMap((incident) => changedNotes(incident, index)),
  ];
}

/** The alert counts as firing, and nobody upstream knows it. */
function lostResolve(alert: IncidentAlert, index: UpstreamIndex): readonly Suspect<Healing>[] {
  const { prometheus } = index.view;
  if (standingOf(alert, index).kind !== 'missing' || !prometheus.known) return [];
  if (index.inPrometheus.hasLike(alert)) return [];
  const rule = prometheus.value.rules.get(alert.name);
  if (rule?.isEvaluated === false) return [];
  const source = presentSourceOf(alert, index.sources);
  const inPlace = rule === undefined ? 'Prometheus has no such rule' : 'it does not fire there';
  const because = `no Alertmanager of ${source} holds it, and Prometheus was asked: ${inPlace}`;
  return [
    {
      key: `resolved ${source} ${alert.fingerprint} ${alert.startsAtMs}`,
      healing: { kind: 'resolved', alert, because },
    },
  ];
}

/** Times of a second in which servers cut them differently are no other episode. */
const SAME_START_MS = 1000;

/** It ended and fired again between two notifications: Alertmanager sees the same group, and tells nobody. */
function silentFlap(alert: IncidentAlert, index: UpstreamIndex): readonly Suspect<Healing>[] {
  const standing = standingOf(alert, index);
  if (standing.kind !== 'held') return [];
  const newest = standing.alerts
    .filter(({ state }) => state === 'active')
    .toSorted((left, right) => right.startsAtMs - left.startsAtMs)[0];
  if (newest === undefined || newest.startsAtMs <= alert.startsAtMs + SAME_START_MS) return [];
  const source = presentSourceOf(alert, index.sources);
  const because = 'it ended and fired again, which no delivery told';
  return [
    {
      key: `flapped ${source} ${alert.fingerprint} ${newest.startsAtMs}`,
      // A delivery that tells it, too, is only a repeat.
      minimumMs: 0,
      healing: { kind: 'fired', source, alert: newest, because },
    },
  ];
}

/** Alertmanager tells it, or should have told it, to our receiver, and no open incident has it. */
function lostFirings(
  firing: readonly IncidentAlert[],
  { view, sources }: UpstreamIndex,
): readonly Suspect<Healing>[] {
  const known = new Set(
    firing.map((alert) => `${presentSourceOf(alert, sources)} ${alert.fingerprint}`),
  );
  const suspects = new Map<string, Suspect<Healing>>();
  for (const { name, source, receiver, answer } of view.alertmanagers) {
    if (!answer.known) continue;
    for (const alert of answer.value.alerts.values()) {
      const isForUs = alert.state === 'active' && alert.receivers.includes(receiver);
      const isKnown = known.has(`${source} ${alert.fingerprint}`);
      if (!isForUs || isKnown || isWatchdog(alert)) continue;
      const because = `the Alertmanager ${name} holds it as active, and no delivery told`;
      // Without its start: peers may know different ones.
      const key = `fired ${source} ${alert.fingerprint}`;
      suspects.set(key, { key, healing: { kind: 'fired', source, alert, because } });
    }
  }
  return [...suspects.values()];
}

/**
 * Prometheus fires an alert of ours that no Alertmanager knows. Only when all of them answered: else they may have
 * silenced it. It is told under the first source, since the way that it should have gone is not known.
 */
function neverSent(
  firing: readonly IncidentAlert[],
  { view, heldBySource }: UpstreamIndex,
  resendMs: number,
): readonly Suspect<Healing>[] {
  const [source] = heldBySource.keys();
  const helds = [...heldBySource.values()];
  if (source === undefined || !view.prometheus.known || helds.includes(null)) return [];
  const told = createLabelIndex([
    ...firing,
    ...helds.flatMap((held) => held?.peers.flatMap(({ alerts }) => [...alerts.values()]) ?? []),
  ]);
  const hasUnreadable = helds.some((held) => held?.peers.some((peer) => peer.unreadable.size > 0));
  if (hasUnreadable) return [];
  const alerts = [...view.prometheus.value.alerts.values()].flat();
  return alerts
    .filter((alert) => alert.state === 'firing')
    .filter((alert) => alertDefinition(alert.name) !== undefined && !isWatchdog(alert))
    .filter((alert) => !told.hasLike(alert))
    .flatMap((alert) => suspectOf(alert, source, resendMs));
}

function suspectOf(
  alert: PrometheusAlert,
  source: string,
  resendMs: number,
): readonly Suspect<Healing>[] {
  const { name, labels, startsAtMs } = alert;
  if (startsAtMs === null) return [];
  const fingerprint = fingerprintOf(labels);
  const because = 'Prometheus fires it, and no Alertmanager ever got it';
  const made = { fingerprint, name, labels, annotations: {}, generatorUrl: '' };
  return [
    {
      key: `unsent ${source} ${fingerprint}`,
      minimumMs: resendMs,
      healing: { kind: 'fired', source, alert: { ...made, startsAtMs }, because },
    },
  ];
}

function isWatchdog({ name }: { readonly name: string }): boolean {
  return name === WATCHDOG;
}

function changedNotes(incident: Incident, index: UpstreamIndex): readonly Suspect<Healing>[] {
  const notes = notesOf(incident, index);
  const before = incident.upstream ?? [];
  if (notes === null || JSON.stringify(notes) === JSON.stringify(before)) return [];
  return [
    {
      key: `noted ${incident.id} ${JSON.stringify(notes)}`,
      // A doubt that is gone is gone at once.
      ...(notes.length === 0 ? { minimumMs: 0 } : {}),
      healing: { kind: 'noted', incidentId: incident.id, notes },
    },
  ];
}
