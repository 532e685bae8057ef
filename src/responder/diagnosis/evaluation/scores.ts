import { confidenceOf, isRight, likeliestOf } from './prediction.ts';
import type { Prediction } from './prediction.ts';

/** A probability of 0 would make one row outweigh all others. */
const SMALLEST_PROBABILITY = 1e-15;
/** As many bins as the literature uses, so that figures can be compared. */
export const CALIBRATION_BINS = 15;

/** Share of rows for which `holds`; NaN without rows. */
function shareOf(
  predictions: readonly Prediction[],
  holds: (prediction: Prediction) => boolean,
): number {
  return predictions.filter(holds).length / predictions.length;
}

function meanOf(
  predictions: readonly Prediction[],
  value: (prediction: Prediction) => number,
): number {
  let sum = 0;
  for (const prediction of predictions) sum += value(prediction);
  return sum / predictions.length;
}

export function accuracy(predictions: readonly Prediction[]): number {
  return shareOf(predictions, isRight);
}

/** Share of rows whose class is among the `count` most probable ones. */
export function topAccuracy(predictions: readonly Prediction[], count: number): number {
  return shareOf(predictions, ({ actual, probabilities }) => {
    const own = probabilities[actual] ?? 0;
    let above = 0;
    for (let k = 0; k < probabilities.length; k++) {
      if (probabilities[k]! > own || (probabilities[k] === own && k < actual)) above++;
    }
    return above < count;
  });
}

/** Mean of −ln p of the right class, in nats. */
export function logLoss(predictions: readonly Prediction[]): number {
  return meanOf(predictions, lossOf);
}

export function lossOf({ actual, probabilities }: Prediction): number {
  return -Math.log(Math.max(SMALLEST_PROBABILITY, probabilities[actual] ?? 0));
}

/** Brier's score for several classes, 0 to 2: the mean of Σₖ (pₖ − yₖ)². Source: Brier, 1950. */
export function brierScore(predictions: readonly Prediction[]): number {
  return meanOf(predictions, ({ actual, probabilities }) => {
    let sum = 0;
    for (let k = 0; k < probabilities.length; k++) {
      sum += (probabilities[k]! - (k === actual ? 1 : 0)) ** 2;
    }
    return sum;
  });
}

export type ClassFigures = {
  /** Index of the class. */
  readonly class: number;
  readonly rows: number;
  /** Null when no row was taken for the class. */
  readonly precision: number | null;
  /** Null when no row was of the class. */
  readonly recall: number | null;
  readonly f1: number;
};

/** Of the classes that occur, as the truth or as an answer. */
export function classFigures(
  predictions: readonly Prediction[],
  classCount: number,
): readonly ClassFigures[] {
  const actual = new Float64Array(classCount);
  const claimed = new Float64Array(classCount);
  const right = new Float64Array(classCount);
  for (const prediction of predictions) {
    const answer = likeliestOf(prediction);
    actual[prediction.actual]! += 1;
    claimed[answer]! += 1;
    if (answer === prediction.actual) right[answer]! += 1;
  }
  return Array.from(actual, (rows, index) => ({
    class: index,
    rows,
    precision: claimed[index] === 0 ? null : right[index]! / claimed[index]!,
    recall: rows === 0 ? null : right[index]! / rows,
    f1: right[index] === 0 ? 0 : (2 * right[index]!) / (rows + claimed[index]!),
  })).filter(({ rows, precision }) => rows > 0 || precision !== null);
}

/** The mean of the F1 of the classes that occur, each with the same weight. */
export function macroF1(predictions: readonly Prediction[], classCount: number): number {
  const figures = classFigures(predictions, classCount);
  return figures.reduce((sum, { f1 }) => sum + f1, 0) / figures.length;
}

export type CalibrationBin = {
  readonly rows: number;
  /** Mean probability of the answers in the bin; null without rows. */
  readonly confidence: number | null;
  /** Share of right answers in the bin; null without rows. */
  readonly accuracy: number | null;
};

/** Answers by their probability, in bins of equal width over 0 to 1; the reliability diagram. */
export function calibrationBins(
  predictions: readonly Prediction[],
  binCount: number = CALIBRATION_BINS,
): readonly CalibrationBin[] {
  const rows = new Float64Array(binCount);
  const confidence = new Float64Array(binCount);
  const right = new Float64Array(binCount);
  for (const prediction of predictions) {
    const probability = confidenceOf(prediction);
    // A bin holds its upper bound, so that a probability of 1 is in the last.
    const bin = Math.max(0, Math.ceil(probability * binCount) - 1);
    rows[bin]! += 1;
    confidence[bin]! += probability;
    if (isRight(prediction)) right[bin]! += 1;
  }
  return Array.from(rows, (count, bin) => ({
    rows: count,
    confidence: count === 0 ? null : confidence[bin]! / count,
    accuracy: count === 0 ? null : right[bin]! / count,
  }));
}

/**
 * Expected calibration error: the mean distance between probability and share of right answers over the bins, weighted
 * by their rows. Source: Guo et al., 2017, equation 3.
 */
export function expectedCalibrationError(
  predictions: readonly Prediction[],
  binCount: number = CALIBRATION_BINS,
): number {
  const bins = calibrationBins(predictions, binCount);
  const sum = bins.reduce(
    (total, bin) => total + bin.rows * Math.abs((bin.accuracy ?? 0) - (bin.confidence ?? 0)),
    0,
  );
  return sum / predictions.length;
}

/**
 * Area under the ROC curve of each class against the rest, averaged over the classes that have rows on both sides:
 * the share of pairs in which the row of the class has the higher probability, ties counting half. Of two classes one
 * says it all.
 * @returns null when no class has rows on both sides.
 */
export function areaUnderRoc(
  predictions: readonly Prediction[],
  classCount: number,
): number | null {
  const classes = classCount === 2 ? [1] : [...Array.from({ length: classCount }).keys()];
  const areas = classes.map((k) => areaOfClass(predictions, k)).filter((area) => area !== null);
  if (areas.length === 0) return null;
  return areas.reduce((sum, area) => sum + area, 0) / areas.length;
}

function areaOfClass(predictions: readonly Prediction[], k: number): number | null {
  const ranked = predictions
    .map(({ actual, probabilities }) => ({ score: probabilities[k] ?? 0, isOf: actual === k }))
    .toSorted((a, b) => a.score - b.score);
  const positives = ranked.filter(({ isOf }) => isOf).length;
  const negatives = ranked.length - positives;
  if (positives === 0 || negatives === 0) return null;
  let rankSum = 0;
  for (let first = 0; first < ranked.length;) {
    let end = first;
    while (end < ranked.length && ranked[end]!.score === ranked[first]!.score) end++;
    // Equal scores share the mean of their ranks, which count from 1.
    const rank = (first + 1 + end) / 2;
    for (let at = first; at < end; at++) if (ranked[at]!.isOf) rankSum += rank;
    first = end;
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
