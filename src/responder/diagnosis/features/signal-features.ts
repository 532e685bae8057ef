import { MEASUREMENTS, MEASUREMENT_NAMES } from '../../../catalog/catalog.ts';
import type { MeasurementName } from '../../../catalog/catalog.ts';
import type { Evidence, EvidenceSignal } from '../../evidence/evidence.ts';
import {
  badDeviation,
  describeSignal,
  robustDeviation,
  signalTitle,
  slopeInDeviations,
} from '../robust.ts';
import { signedLog } from '../signed-log.ts';
import { CLOSED_LABELS } from './closed-labels.ts';
import { featuresOf, nameFeatures } from './feature.ts';
import type { Feature, FeatureLink, FeatureNames, FeatureSubject } from './feature.ts';

/** Changes within this many robust deviations are taken for noise. */
const QUIET_DEVIATIONS = 1;
const ABNORMAL_DEVIATIONS = 5;
const BREACH_LIMIT = 5;

/** Series of one metric are kept apart by these labels; by all others they are merged. */
const APART: Readonly<Record<string, readonly string[]>> = {
  phase: CLOSED_LABELS.phase,
  state: CLOSED_LABELS.state,
};
const ASPECTS = ['z', 'slope', 'breach', 'breaching', 'missing'] as const;

type Family = FeatureNames & { readonly metric: MeasurementName; readonly value?: string };

const FAMILIES: readonly Family[] = MEASUREMENT_NAMES.filter(
  // Moments in time and lengths of windows are no measurements of health, and what plugins tell differs for each CRM.
  (metric) => !['timestamp', 'native', 'boolean'].includes(MEASUREMENTS[metric].unit),
).flatMap((metric): Family[] => {
  const apart = MEASUREMENTS[metric].labels.flatMap((label) => APART[label] ?? []);
  if (apart.length === 0) return [{ ...nameFeatures(`signal:${metric}`, ASPECTS), metric }];
  return apart.map((value) => ({
    ...nameFeatures(`signal:${metric}[${value}]`, ASPECTS),
    metric,
    value,
  }));
});

function belongsTo(family: Family, signal: EvidenceSignal): boolean {
  return family.value === undefined || Object.values(signal.labels).includes(family.value);
}

/** What a deviation has beyond the noise. */
function beyondNoise(deviation: number): number {
  return Math.sign(deviation) * Math.max(0, Math.abs(deviation) - QUIET_DEVIATIONS);
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

function textOf(
  family: Family,
  worst: Judged | undefined,
  silent: EvidenceSignal | undefined,
): string {
  if (worst !== undefined) return describeSignal(worst.signal, worst.current);
  if (silent !== undefined) return `the ${signalTitle(silent)} is missing`;
  return `${family.key.slice('signal:'.length)} is not measured`;
}

type SubjectFacts = Pick<FeatureSubject, 'abnormal'> & {
  readonly labels: Readonly<Record<string, string>>;
  readonly write: () => string;
};

const NO_LABELS = Object.freeze({});

/** Most sentences are never read, and their numbers take longer to write than all values to compute. */
class SignalSubject implements FeatureSubject {
  readonly key: string;
  readonly link: FeatureLink;
  readonly abnormal: boolean;
  readonly #write: () => string;

  constructor({ key, metric }: Family, { labels, abnormal, write }: SubjectFacts) {
    this.key = key;
    this.link = { kind: 'metric', name: metric, labels };
    this.abnormal = abnormal;
    this.#write = write;
  }

  get text(): string {
    return this.#write();
  }
}

/**
 * Every measured family: how unusual its worst series is and where that goes, how far past the threshold, how many, and
 * gaps.
 */
export function signalFeatures(evidence: Evidence): readonly Feature[] {
  const ofMetric = Map.groupBy(evidence.signals, ({ metric }) => metric);
  return FAMILIES.flatMap((family) => {
    const ofSame = ofMetric.get(family.metric) ?? [];
    const signals = ofSame.filter((signal) => belongsTo(family, signal));
    const judged = signals.flatMap(judge);
    const worst = judged.reduce<Judged | undefined>(
      (found, next) => (found === undefined || next.badness > found.badness ? next : found),
      undefined,
    );
    const silent = signals.find((signal) => signal.current === null);
    const breaching = judged.filter((one) => one.breach > 0).length;
    const isFar =
      worst !== undefined && badDeviation(worst.signal, worst.deviation) > ABNORMAL_DEVIATIONS;
    const subject = new SignalSubject(family, {
      labels: (worst?.signal ?? silent)?.labels ?? NO_LABELS,
      abnormal: breaching > 0 || silent !== undefined || isFar,
      write: () => textOf(family, worst, silent),
    });
    return featuresOf(family, subject, [
      signedLog(beyondNoise(worst?.deviation ?? 0)),
      signedLog(worst === undefined ? 0 : slopeInDeviations(worst.signal)),
      worst?.breach ?? 0,
      Math.log1p(breaching),
      Number(silent !== undefined),
    ]);
  });
}
