import {
  JOB_STATES,
  MEASUREMENTS,
  MEASUREMENT_NAMES,
  REQUEST_PHASES,
} from '../../../catalog/catalog.ts';
import type { MeasurementName } from '../../../catalog/catalog.ts';
import type { Evidence, EvidenceSignal } from '../../evidence/evidence.ts';
import { badDeviation, describeSignal, robustDeviation, signalTitle } from '../robust.ts';
import { featuresOf } from './feature.ts';
import type { Feature } from './feature.ts';

/**
 * Labels whose values are a closed set, the same for every platform. Series are kept apart by these; all others
 * (objects, fields, calls) are merged, since their names belong to one CRM and not to the fault.
 */
const CLOSED_LABELS: Readonly<Record<string, readonly string[]>> = {
  phase: REQUEST_PHASES,
  state: JOB_STATES,
};
/** Changes within this many robust deviations are taken for noise. */
const QUIET_DEVIATIONS = 1;
const ABNORMAL_DEVIATIONS = 5;
const BREACH_LIMIT = 5;

type Family = { readonly key: string; readonly metric: MeasurementName; readonly value?: string };

const FAMILIES: readonly Family[] = MEASUREMENT_NAMES.filter(
  // Moments in time and lengths of windows are no measurements of health.
  (metric) => !['timestamp', 'native'].includes(MEASUREMENTS[metric].unit),
).flatMap((metric): Family[] => {
  const closed = MEASUREMENTS[metric].labels.flatMap((label) => CLOSED_LABELS[label] ?? []);
  if (closed.length === 0) return [{ key: `signal:${metric}`, metric }];
  return closed.map((value) => ({ key: `signal:${metric}[${value}]`, metric, value }));
});

function belongsTo(family: Family, signal: EvidenceSignal): boolean {
  if (signal.metric !== family.metric) return false;
  return family.value === undefined || Object.values(signal.labels).includes(family.value);
}

/** Signed logarithm of what a deviation has beyond the noise. */
function signedLog(deviation: number): number {
  return Math.sign(deviation) * Math.log1p(Math.max(0, Math.abs(deviation) - QUIET_DEVIATIONS));
}

/**
 * How far a value is past the warning threshold: log(value / threshold), or the inverse where low is bad; 0 on the
 * good side, at most 5.
 */
function distancePast(threshold: number, bad: 'above' | 'below', value: number): number {
  const isPast = bad === 'above' ? value > threshold : value < threshold;
  if (!isPast) return 0;
  const ratio = bad === 'above' ? value / threshold : threshold / value;
  // A threshold of zero, or a value on its other side (an expired certificate), has no ratio.
  return ratio > 0 ? Math.min(BREACH_LIMIT, Math.log(ratio)) : BREACH_LIMIT;
}

/**
 * How much further past its threshold the series is than usual. What has always been past it (no user of that CRM
 * has a second factor) is no part of the trouble that began now.
 */
function breachOf(signal: EvidenceSignal): number {
  const { current, threshold, bad, baselineMedian } = signal;
  if (current === null || threshold === null || bad === null) return 0;
  const usual = baselineMedian === null ? 0 : distancePast(threshold, bad, baselineMedian);
  return Math.max(0, distancePast(threshold, bad, current) - usual);
}

type Judged = {
  readonly signal: EvidenceSignal;
  readonly current: number;
  readonly deviation: number;
  readonly breach: number;
  readonly badness: number;
};

function judge(signal: EvidenceSignal): readonly Judged[] {
  const { current } = signal;
  if (current === null) return [];
  const deviation = robustDeviation(signal, current) ?? 0;
  const breach = breachOf(signal);
  const badness = Math.log1p(badDeviation(signal, deviation)) + breach;
  return [{ signal, current, deviation, breach, badness }];
}

function textOf(worst: Judged | undefined, silent: EvidenceSignal | undefined): string {
  if (worst !== undefined) return describeSignal(worst.signal, worst.current);
  return silent === undefined ? 'is not measured' : `the ${signalTitle(silent)} is missing`;
}

/** Every measured family: how unusual its worst series is, how far past the threshold, how many, and gaps. */
export function signalFeatures(evidence: Evidence): readonly Feature[] {
  return FAMILIES.flatMap((family) => {
    const signals = evidence.signals.filter((signal) => belongsTo(family, signal));
    const judged = signals.flatMap(judge);
    const worst = judged.reduce<Judged | undefined>(
      (found, next) => (found === undefined || next.badness > found.badness ? next : found),
      undefined,
    );
    const silent = signals.find((signal) => signal.current === null);
    const breaching = judged.filter((one) => one.breach > 0).length;
    const text = textOf(worst, silent);
    const shown = worst?.signal ?? silent;
    const subject = {
      key: family.key,
      text: shown === undefined ? `${family.key.slice('signal:'.length)} ${text}` : text,
      link: { kind: 'metric', name: family.metric, labels: shown?.labels ?? {} },
      abnormal:
        breaching > 0 ||
        silent !== undefined ||
        (worst !== undefined && badDeviation(worst.signal, worst.deviation) > ABNORMAL_DEVIATIONS),
    } as const;
    return featuresOf(subject, {
      z: signedLog(worst?.deviation ?? 0),
      breach: worst?.breach ?? 0,
      breaching: Math.log1p(breaching),
      missing: Number(silent !== undefined),
    });
  });
}
