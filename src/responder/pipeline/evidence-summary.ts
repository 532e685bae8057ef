import { MEASUREMENTS, PROBE_METRICS } from '../../catalog/catalog.ts';
import { EVIDENCE_LIMITS, wordsOfAlert } from '../evidence/evidence.ts';
import type { Evidence, EvidenceAlert, EvidenceSignal } from '../evidence/evidence.ts';
import type { Incident } from '../incidents/incidents.ts';

const CATALOG_LABELS = new Set(
  [...Object.values(MEASUREMENTS), ...Object.values(PROBE_METRICS)].flatMap(({ labels }) => labels),
);

/** What was changed earlier is rarely the cause. */
const SHOWN_CHANGE_MINUTES = 60;

/**
 * The firing alerts, or all when none fires any more, the first of them: a diagnosis learns nothing from the thousandth
 * alert of a storm, and evidence is kept. Only labels of the catalog and masked words.
 */
export function evidenceAlertsOf(incident: Incident): readonly EvidenceAlert[] {
  const firing = incident.alerts.filter(({ status }) => status === 'firing');
  const told = firing.length > 0 ? firing : incident.alerts;
  return told.slice(0, EVIDENCE_LIMITS.alerts).map((alert) => ({
    name: alert.name,
    severity: alert.severity,
    labels: Object.fromEntries(
      Object.entries(alert.labels).filter(([label]) => CATALOG_LABELS.has(label)),
    ),
    startsAtMs: alert.startsAtMs,
    words: wordsOfAlert(alert),
  }));
}

/** What stands out in the evidence, in plain lines for the review. */
export function summariseEvidence(evidence: Evidence): readonly string[] {
  const failing = evidence.probes
    .filter(({ success }) => success === false)
    .map(({ probe, reason }) => `probe ${probe} fails: ${reason ?? 'reason unknown'}`);
  const elsewhere = evidence.related.flatMap(({ target, probes }) =>
    probes
      .filter(({ success }) => success === false)
      .map(
        ({ probe, reason }) => `probe ${probe} of ${target} fails: ${reason ?? 'reason unknown'}`,
      ),
  );
  const changed = evidence.changes.flatMap(({ name, atMs }) => {
    const minutes = Math.round((evidence.onsetAtMs - atMs) / 60_000);
    return minutes < 0 || minutes > SHOWN_CHANGE_MINUTES
      ? []
      : [`${name} was changed ${minutes} minutes before the onset`];
  });
  const past = evidence.signals.filter(isPastThreshold).map(describeSignal);
  const gaps = evidence.gaps.map((gap) => `not known: ${gap}`);
  const lines = [...failing, ...elsewhere, ...past, ...changed, ...gaps];
  return lines.length > 0 ? lines : ['all probes succeed and nothing is past its threshold'];
}

function isPastThreshold({ current, threshold, bad }: EvidenceSignal): boolean {
  if (current === null || threshold === null || bad === null) return false;
  return bad === 'above' ? current > threshold : current < threshold;
}

function describeSignal(signal: EvidenceSignal): string {
  const { metric, labels, current, threshold, baselineMedian } = signal;
  const of = Object.values(labels).join(', ');
  const usual = baselineMedian === null ? '' : `, usually ${round(baselineMedian)}`;
  return `${metric}${of === '' ? '' : ` of ${of}`} is ${round(current)}, threshold ${round(threshold)}${usual}`;
}

function round(value: number | null): string {
  return value === null ? 'unknown' : String(Number(value.toPrecision(3)));
}
