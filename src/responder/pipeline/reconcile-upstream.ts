import { alertDefinition } from '../../catalog/catalog.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { IncidentAlert } from '../incidents/incidents.ts';
import type {
  AlertmanagerAnswer,
  AlertmanagerView,
  UpstreamAlert,
  UpstreamView,
} from '../upstream/upstream.ts';
import { createLabelIndex } from './label-index.ts';
import type { LabelIndex } from './label-index.ts';
import { isOwnAlert } from './watchdog.ts';

/** The names of senders and the sources that they are parts of; a sender that is not named stands for itself. */
export type SourceNames = Readonly<Record<string, string>>;

export function sourceOfSender(sender: string, sources: SourceNames): string {
  return Object.hasOwn(sources, sender) ? (sources[sender] ?? sender) : sender;
}

/** What all peers of a source hold, when each of them answered. */
export type HeldUpstream = { readonly peers: readonly AlertmanagerAnswer[] };

/**
 * Where an alert that counts as firing stands upstream. `unasked` when nobody can tell: no Alertmanager is
 * configured for its source, or one of them did not answer.
 */
export type Standing =
  | { readonly kind: 'unasked' }
  | { readonly kind: 'held'; readonly alerts: readonly UpstreamAlert[] }
  | { readonly kind: 'missing' };

export type UpstreamIndex = {
  readonly view: UpstreamView;
  readonly sources: SourceNames;
  readonly heldBySource: ReadonlyMap<string, HeldUpstream | null>;
  /** What Prometheus has pending or firing: better to wait too long than to call an alert gone that fires. */
  readonly inPrometheus: LabelIndex;
};

export function indexUpstream(view: UpstreamView, sources: SourceNames): UpstreamIndex {
  const bySource = Map.groupBy(view.alertmanagers, ({ source }) => source);
  return {
    view,
    sources,
    heldBySource: new Map([...bySource].map(([source, peers]) => [source, allOf(peers)])),
    inPrometheus: createLabelIndex(
      view.prometheus.known ? [...view.prometheus.value.alerts.values()].flat() : [],
    ),
  };
}

function allOf(peers: readonly AlertmanagerView[]): HeldUpstream | null {
  const answers = peers.flatMap(({ answer }) => (answer.known ? [answer.value] : []));
  return answers.length === peers.length ? { peers: answers } : null;
}

/** By the configuration of today: a sender may have been made a part of a source since the alert fired. */
export function presentSourceOf(alert: IncidentAlert, sources: SourceNames): string {
  return Object.hasOwn(sources, alert.sender)
    ? sourceOfSender(alert.sender, sources)
    : sourceOf(alert);
}

export function standingOf(
  alert: IncidentAlert,
  { heldBySource, sources }: UpstreamIndex,
): Standing {
  const held = heldBySource.get(presentSourceOf(alert, sources));
  if (held === null || held === undefined) return { kind: 'unasked' };
  const alerts = held.peers.flatMap((peer) => peer.alerts.get(alert.fingerprint) ?? []);
  const isUnreadable = held.peers.some((peer) => peer.unreadable.has(alert.fingerprint));
  return alerts.length > 0 || isUnreadable ? { kind: 'held', alerts } : { kind: 'missing' };
}

/** Whether Prometheus is expected to know the alert: a rule of ours, or something that an Alertmanager held. */
export function isFromPrometheus(
  alert: IncidentAlert,
  { heldBySource, sources }: UpstreamIndex,
): boolean {
  if (isOwnAlert(alert)) return false;
  const isKnownSource = heldBySource.has(presentSourceOf(alert, sources));
  return isKnownSource || alertDefinition(alert.name) !== undefined;
}
