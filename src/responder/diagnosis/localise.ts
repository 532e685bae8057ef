import { FAILURE_REASONS } from '../../catalog/catalog.ts';
import type { MeasurementName } from '../../catalog/catalog.ts';
import type { Evidence, EvidenceProbe, EvidenceSignal } from '../evidence/evidence.ts';
import { callGraphOf, placeName } from './call-graph.ts';
import type { Place } from './call-graph.ts';
import {
  componentOfAlert,
  componentOfMetric,
  componentOfReason,
  depthOfReason,
} from './components.ts';
import { hasFailed } from './features/features.ts';
import type { FeatureLink } from './features/features.ts';
import { SUSPICIOUS_DEVIATIONS, calleesFirst } from './localisation/localisation.ts';
import { badDeviation, describeSignal, robustDeviation } from './robust.ts';

/** A series of a component that left what was usual. */
export type SuspectedSignal = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  /** Its largest robust deviation since the onset, to its bad side. */
  readonly score: number;
  /** When that began; null where it is not known. */
  readonly sinceMs: number | null;
  /** One sentence. */
  readonly why: string;
};

export type Suspect = Place & {
  /** How people call it: the component, behind its target where that is another than the one in trouble. */
  readonly name: string;
  /**
   * Comparable within one evidence only: the largest robust deviation of the component's series, or more than
   * any of those when probes fail because of it.
   */
  readonly score: number;
  /** One sentence. */
  readonly why: string;
  readonly link: FeatureLink;
  /** The most deviating first, and of equal ones that which began first. */
  readonly signals: readonly SuspectedSignal[];
  /** The name of the suspect that it was put before because that one depends on it. */
  readonly movedBefore?: string;
};

type Finding = Omit<Suspect, 'signals' | 'movedBefore' | 'name'> & {
  readonly sinceMs: number | null;
  readonly signal?: SuspectedSignal;
};

type Seen = {
  readonly target: string;
  readonly probes: readonly EvidenceProbe[];
  readonly signals: readonly EvidenceSignal[];
};

/** Deviations are at most 10,000, so a probe that fails outright always counts for more. */
const FAILURE_SCORE = 20_000;
const DEPTH_SCORE = 100;
/** An alert that nothing measured supports still names its component. */
const ALERT_SCORE = 1;
/** Nobody looks at the hundredth suspect. */
const MAXIMUM_SUSPECTS = 100;

/**
 * Ranks what may be the cause, over the components of the target and of those that it depends on, the most suspected
 * first: those for which probes fail, in the order in which a request meets them; then by the largest robust deviation of
 * their series since the onset (the scorer of BARO, which survives an onset that is given late), of equal ones that which
 * began first; then those that alerts name. Then what is called comes before its callers, where it deviates as well.
 * Constant series and copies are left out.
 * @returns at most one suspect per target and component, at most 100; none when nothing is out of the ordinary.
 */
export function localise(evidence: Evidence): readonly Suspect[] {
  const findings = [evidence, ...evidence.related]
    .flatMap((seen) => [...failuresOf(seen), ...deviationsOf(seen)])
    .concat(alertedOf(evidence))
    .toSorted(bySuspicion);
  const grouped = Map.groupBy(findings, placeName);
  const suspects = [...grouped.values()].slice(0, MAXIMUM_SUSPECTS).map((own): Suspect => {
    const { target, component, fails, score, why, link } = own[0]!;
    const name = target === evidence.target ? component : `${target}: ${component}`;
    const signals = own.flatMap(({ signal }) => signal ?? []);
    return { target, component, fails, name, score, why, link, signals };
  });
  const nameOf = new Map(suspects.map((suspect) => [placeName(suspect), suspect.name]));
  const graph = callGraphOf(evidence, suspects);
  return calleesFirst(suspects, graph, placeName).map(({ movedBefore, ...suspect }) => {
    const caller = nameOf.get(movedBefore ?? '');
    return caller === undefined ? suspect : { ...suspect, movedBefore: caller };
  });
}

function bySuspicion(a: Finding, b: Finding): number {
  const since = (a.sinceMs ?? Infinity) - (b.sinceMs ?? Infinity);
  return b.score - a.score || (Number.isNaN(since) ? 0 : since);
}

function failuresOf({ target, probes }: Seen): readonly Finding[] {
  const failed = probes.filter(hasFailed);
  return failed.flatMap((probe): Finding[] => {
    const { reason } = probe;
    if (reason === null) return [];
    const alike = failed.filter((other) => other.reason === reason);
    const names = alike.map((other) => other.probe).join(', ');
    const verb = alike.length === 1 ? 'fails' : 'fail';
    return [
      {
        target,
        component: componentOfReason(reason),
        fails: true,
        score: FAILURE_SCORE - DEPTH_SCORE * depthOfReason(reason) + alike.length,
        why: `${names} ${verb}: ${FAILURE_REASONS[reason]}`,
        link: { kind: 'probe', name: probe.probe },
        sinceMs: null,
      },
    ];
  });
}

function deviationsOf({ target, signals }: Seen): readonly Finding[] {
  const seen = new Set<string>();
  return signals.flatMap((signal): Finding[] => {
    const { metric, labels, onsetAtMs: sinceMs } = signal;
    const { score, value } = worstOf(signal);
    if (score < SUSPICIOUS_DEVIATIONS) return [];
    const component = componentOfMetric(metric, labels);
    const copy = copyKey(component, signal);
    if (seen.has(copy)) return [];
    seen.add(copy);
    const why = describeSignal(signal, value);
    const link = { kind: 'metric', name: metric, labels } as const;
    const suspected = { metric, labels, score, sinceMs, why };
    const where = { target, component, fails: false };
    return [{ ...where, score, why, link, sinceMs, signal: suspected }];
  });
}

/** The value since the onset that lies furthest to the bad side: one of the two extremes. */
function worstOf(signal: EvidenceSignal): { readonly score: number; readonly value: number } {
  let worst = { score: 0, value: 0 };
  for (const value of [signal.lowest, signal.highest]) {
    const deviation = value === null ? undefined : robustDeviation(signal, value);
    if (value === null || deviation === undefined) continue;
    const score = badDeviation(signal, deviation);
    if (score > worst.score) worst = { score, value };
  }
  return worst;
}

/** Exporters often tell one thing under several names: series of one component with all the same numbers. */
function copyKey(component: string, signal: EvidenceSignal): string {
  const { baselineMedian, baselineInterquartileRange, lowest, highest, current, recent } = signal;
  return JSON.stringify([
    component,
    baselineMedian,
    baselineInterquartileRange,
    lowest,
    highest,
    current,
    recent,
  ]);
}

function alertedOf(evidence: Evidence): readonly Finding[] {
  return evidence.alerts.flatMap((alert): Finding[] => {
    const component = componentOfAlert(alert);
    if (component === undefined) return [];
    const { startsAtMs: sinceMs } = alert;
    return [
      {
        target: evidence.target,
        component,
        fails: false,
        score: ALERT_SCORE,
        why: `alert ${alert.name} fires`,
        link: { kind: 'incident' },
        sinceMs,
      },
    ];
  });
}
