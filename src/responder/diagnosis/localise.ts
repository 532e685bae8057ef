import { FAILURE_REASONS } from '../../catalog/catalog.ts';
import type { Evidence, EvidenceSignal } from '../evidence/evidence.ts';
import {
  componentOfAlert,
  componentOfMetric,
  componentOfReason,
  depthOfReason,
} from './components.ts';
import type { Component } from './components.ts';
import { hasFailed } from './features/features.ts';
import type { FeatureLink } from './features/features.ts';
import { badDeviation, describeSignal, robustDeviation } from './robust.ts';

export type Suspect = {
  readonly name: Component;
  /**
   * Comparable within one evidence only: the largest robust deviation of the component's series, or more than
   * any of those when probes fail because of it.
   */
  readonly score: number;
  /** One sentence. */
  readonly why: string;
  readonly link: FeatureLink;
};

/** Deviations are at most 10,000, so a probe that fails outright always counts for more. */
const FAILURE_SCORE = 20_000;
const DEPTH_SCORE = 100;
/** Smaller deviations are noise. */
const SUSPICIOUS_DEVIATIONS = 3;
/** An alert that nothing measured supports still names its component. */
const ALERT_SCORE = 1;

/**
 * Ranks the components that may be the cause, the most suspected first: those for which probes fail, in the order
 * in which a request meets them; then by the largest robust deviation of their series since the onset (the scorer
 * of BARO, which survives an onset that is given late); then those that alerts name.
 * @returns at most one suspect per component; none when nothing is out of the ordinary.
 */
export function localise(evidence: Evidence): readonly Suspect[] {
  const ranked = [
    ...failureSuspects(evidence),
    ...evidence.signals.flatMap(signalSuspects),
    ...alertSuspects(evidence),
  ].toSorted((a, b) => b.score - a.score);
  const best = new Map<Component, Suspect>();
  for (const suspect of ranked) {
    if (!best.has(suspect.name)) best.set(suspect.name, suspect);
  }
  return [...best.values()];
}

function failureSuspects(evidence: Evidence): readonly Suspect[] {
  const failed = evidence.probes.filter(hasFailed);
  return failed.flatMap((probe): Suspect[] => {
    const { reason } = probe;
    if (reason === null) return [];
    const alike = failed.filter((other) => other.reason === reason);
    const names = alike.map((other) => other.probe).join(', ');
    const verb = alike.length === 1 ? 'fails' : 'fail';
    return [
      {
        name: componentOfReason(reason),
        score: FAILURE_SCORE - DEPTH_SCORE * depthOfReason(reason) + alike.length,
        why: `${names} ${verb}: ${FAILURE_REASONS[reason]}`,
        link: { kind: 'probe', name: probe.probe },
      },
    ];
  });
}

function signalSuspects(signal: EvidenceSignal): readonly Suspect[] {
  const values = signal.current === null ? signal.recent : [...signal.recent, signal.current];
  let worst = 0;
  let worstValue = 0;
  for (const value of values) {
    const deviation = robustDeviation(signal, value);
    const size = deviation === undefined ? 0 : badDeviation(signal, deviation);
    if (size > worst) [worst, worstValue] = [size, value];
  }
  if (worst < SUSPICIOUS_DEVIATIONS) return [];
  const { metric, labels } = signal;
  return [
    {
      name: componentOfMetric(metric, labels),
      score: worst,
      why: describeSignal(signal, worstValue),
      link: { kind: 'metric', name: metric, labels },
    },
  ];
}

function alertSuspects(evidence: Evidence): readonly Suspect[] {
  return evidence.alerts.flatMap((alert): Suspect[] => {
    const name = componentOfAlert(alert);
    if (name === undefined) return [];
    const why = `alert ${alert.name} fires`;
    return [{ name, score: ALERT_SCORE, why, link: { kind: 'incident' } }];
  });
}
