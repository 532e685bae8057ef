import { alertDefinition } from '../../catalog/catalog.ts';
import type { Knowable } from '../../std/std.ts';
import type { Incident, IncidentAlert, UpstreamNote } from '../incidents/incidents.ts';
import type { PrometheusAnswer } from '../upstream/upstream.ts';
import { isFromPrometheus, standingOf } from './reconcile-upstream.ts';
import type { Standing, UpstreamIndex } from './reconcile-upstream.ts';

/** More would not be read. */
const MAXIMUM_NOTES = 20;

/**
 * What people must know about an open incident that its alerts do not tell. Null when one of its Alertmanagers did
 * not answer: what was noted then stays.
 */
export function notesOf(incident: Incident, index: UpstreamIndex): readonly UpstreamNote[] | null {
  const firing = incident.alerts.filter(({ status }) => status === 'firing');
  const standings = firing.map((alert) => ({ alert, standing: standingOf(alert, index) }));
  const isUnanswered = standings.some(
    ({ alert, standing }) => standing.kind === 'unasked' && isAskable(alert, index),
  );
  if (isUnanswered) return null;
  const missing = standings
    .filter(({ standing }) => standing.kind === 'missing')
    .map(({ alert }) => alert);
  const resolved = incident.alerts.filter(({ status }) => status === 'resolved');
  const gone = incident.phase === 'verifying' ? [...missing, ...resolved] : missing;
  const doubts = doubtsOf(
    gone.filter((alert) => isFromPrometheus(alert, index)),
    index.view.prometheus,
  );
  const muted = standings.flatMap(({ alert, standing }) => muteOf(alert, standing));
  const byWhy = new Map([...doubts, ...muted].map((note) => [note.why, note]));
  return [...byWhy.values()].slice(0, MAXIMUM_NOTES);
}

function isAskable(alert: IncidentAlert, index: UpstreamIndex): boolean {
  return index.heldBySource.size > 0 && isFromPrometheus(alert, index);
}

/** Why the absence of these alerts proves nothing, or nothing when it may be believed. */
function doubtsOf(
  gone: readonly IncidentAlert[],
  prometheus: Knowable<PrometheusAnswer>,
): readonly UpstreamNote[] {
  if (gone.length === 0) return [];
  if (!prometheus.known) {
    const why = `Prometheus cannot be asked: ${prometheus.reason}`;
    return [{ kind: 'prometheus_unreachable', why }];
  }
  const facts = prometheus.value;
  const ofRules = gone.flatMap(({ name }): UpstreamNote[] => {
    const rule = facts.rules.get(name);
    if (rule === undefined) {
      return [{ kind: 'rule_deleted', why: `Prometheus has no rule ${name}` }];
    }
    if (rule.isEvaluated) return [];
    return [{ kind: 'rule_not_evaluated', why: `${name}: ${rule.why}` }];
  });
  return [...ofRules, ...doubtsOfTargets(gone, facts)];
}

/**
 * Alerts of ours come of the exporter's series; when those have ended, the alerts end without a recovery. An incident
 * may hold alerts of other targets than its own: by correlation, or since a person merged it.
 */
function doubtsOfTargets(
  gone: readonly IncidentAlert[],
  facts: PrometheusAnswer,
): readonly UpstreamNote[] {
  const measured = gone.filter(({ name }) => (alertDefinition(name)?.verifiedBy ?? []).length > 0);
  const targets = new Set(measured.flatMap(({ labels }) => labels['target'] ?? []));
  const missing = [...targets].filter((target) => target !== '' && !facts.targets.has(target));
  if (missing.length === 0) return [];
  if (!facts.isExporterUp) {
    return [{ kind: 'exporter_down', why: 'no exporter of crmwatch is scraped with success' }];
  }
  return missing.map((target) => ({
    kind: 'target_vanished',
    why: `no exporter tells of ${target} any more`,
  }));
}

function muteOf({ name }: IncidentAlert, standing: Standing): readonly UpstreamNote[] {
  if (standing.kind !== 'held' || standing.alerts.length === 0) return [];
  if (!standing.alerts.every(({ state }) => state === 'suppressed')) return [];
  const isSilenced = standing.alerts.some((alert) => alert.isSilenced);
  return isSilenced
    ? [{ kind: 'silenced', why: `${name} fires and is silenced in Alertmanager` }]
    : [{ kind: 'inhibited', why: `${name} fires and is inhibited by another alert` }];
}
