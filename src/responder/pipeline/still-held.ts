import { unreachable } from '../../std/std.ts';
import type { Incident, IncidentAlert } from '../incidents/incidents.ts';
import type { AlertmanagerView, UpstreamView } from '../upstream/upstream.ts';
import { createLabelIndex } from './label-index.ts';
import type { LabelIndex } from './label-index.ts';
import { indexUpstream, isFromPrometheus, presentSourceOf } from './reconcile-upstream.ts';
import type { SourceNames, UpstreamIndex } from './reconcile-upstream.ts';

/** What is asked of, about many incidents, when their recovery would be confirmed. */
export type HoldersIndex = UpstreamIndex & {
  readonly peersBySource: ReadonlyMap<string, readonly AlertmanagerView[]>;
  /** `inPrometheus` has those that are pending as well. */
  readonly firingInPrometheus: LabelIndex;
};

export type StillHeld = { readonly alert: string; readonly why: string };

/** More would not be read. */
const MAXIMUM_HOLDERS = 20;

export function indexHolders(view: UpstreamView, sources: SourceNames): HoldersIndex {
  const { prometheus } = view;
  const alerts = prometheus.known ? [...prometheus.value.alerts.values()].flat() : [];
  return {
    ...indexUpstream(view, sources),
    peersBySource: Map.groupBy(view.alertmanagers, ({ source }) => source),
    firingInPrometheus: createLabelIndex(alerts.filter(({ state }) => state === 'firing')),
  };
}

/**
 * Who upstream still has which alerts of an incident, though each of them was told gone; empty when nobody has. Pure.
 * One peer that holds an alert is enough, whatever the others say. Whoever did not answer says nothing: else a peer
 * that is dead would keep every incident open.
 */
export function stillHeldOf(incident: Incident, index: HoldersIndex): readonly StillHeld[] {
  const byWhy = new Map<string, StillHeld>();
  for (const alert of incident.alerts) {
    if (!isFromPrometheus(alert, index)) continue;
    for (const why of holdersOf(alert, index)) byWhy.set(why, { alert: alert.name, why });
    if (byWhy.size >= MAXIMUM_HOLDERS) break;
  }
  return [...byWhy.values()].slice(0, MAXIMUM_HOLDERS);
}

function holdersOf(alert: IncidentAlert, index: HoldersIndex): readonly string[] {
  const peers = index.peersBySource.get(presentSourceOf(alert, index.sources)) ?? [];
  const byPeers = peers.flatMap(({ name, answer }) => {
    const state = answer.known ? stateIn(answer.value, alert) : null;
    return state === null ? [] : [`Alertmanager ${name} still has ${alert.name} ${state}`];
  });
  return [...byPeers, ...holdingPrometheus(alert, index)];
}

function stateIn(
  { alerts, unreadable }: Extract<AlertmanagerView['answer'], { known: true }>['value'],
  { fingerprint }: IncidentAlert,
): string | null {
  if (unreadable.has(fingerprint)) return 'in a state that cannot be read';
  const held = alerts.get(fingerprint);
  if (held === undefined) return null;
  switch (held.state) {
    case 'active':
      return 'active';
    case 'suppressed':
      return held.isSilenced ? 'firing, but silenced' : 'firing, but inhibited';
    case 'unprocessed':
      return 'firing, but not routed yet';
    default:
      return unreachable(held.state);
  }
}

function holdingPrometheus(alert: IncidentAlert, index: HoldersIndex): readonly string[] {
  if (!index.inPrometheus.hasLike(alert)) return [];
  const state = index.firingInPrometheus.hasLike(alert) ? 'firing' : 'pending';
  return [`Prometheus still has ${alert.name} ${state}`];
}
