import type { DiagnosisClass } from '../../../catalog/catalog.ts';
import type { Feature, Features } from '../features/features.ts';
import { scoresToProbabilities } from '../logistic/logistic.ts';
import type { NoveltyLimits, Predictor } from './fault-model.ts';

/** Below this, a scale says more about how few rows differed than about how large a difference is. */
const EXCESS_SCALE_FLOOR = 0.5;

export function featureValue(features: Features, name: string): number {
  return features.get(name)?.value ?? 0;
}

/** The features that the model uses, in its order, as (x − mean) / scale. */
export function standardise(predictor: Predictor, features: Features): readonly number[] {
  return predictor.features.map(
    (name, index) =>
      (featureValue(features, name) - (predictor.means[index] ?? 0)) /
      (predictor.scales[index] ?? 1),
  );
}

export type ClassProbability = { readonly class: DiagnosisClass; readonly probability: number };

/** The probability of every class, the most probable first; they sum to 1. */
export function classProbabilities(
  predictor: Predictor,
  features: Features,
): readonly ClassProbability[] {
  const row = standardise(predictor, features);
  const scores = Float64Array.from(predictor.weights, (weights, output) => {
    let sum = predictor.intercepts[output] ?? 0;
    for (let j = 0; j < weights.length; j++) sum += weights[j]! * row[j]!;
    return sum;
  });
  const probabilities = scoresToProbabilities(scores);
  return predictor.classes
    .map((name, index) => ({ class: name, probability: probabilities[index] ?? 0 }))
    .toSorted((a, b) => b.probability - a.probability);
}

export type Novelty = NoveltyLimits & {
  /** Abnormal features that never had another value in training. */
  readonly unseen: readonly Feature[];
  /** How many features are abnormal at all. */
  readonly abnormalCount: number;
};

/** How far the evidence lies from everything the model was trained on. */
export function noveltyOf(predictor: Predictor, features: Features): Novelty {
  const abnormal = [...features.values()].filter(
    (feature) => feature.subject.abnormal && feature.value !== 0,
  );
  const used = new Set(predictor.features);
  const unseen = abnormal.filter(
    ({ name, value }) => !used.has(name) && predictor.constants[name] !== value,
  );
  let squares = 0;
  for (const [index, name] of predictor.features.entries()) {
    const value = featureValue(features, name);
    const below = (predictor.minima[index] ?? value) - value;
    const above = value - (predictor.maxima[index] ?? value);
    const scale = Math.max(predictor.scales[index] ?? 1, EXCESS_SCALE_FLOOR);
    squares += (Math.max(0, below, above) / scale) ** 2;
  }
  return {
    distance: Math.sqrt(squares),
    unseenRatio: abnormal.length === 0 ? 0 : unseen.length / abnormal.length,
    unseen,
    abnormalCount: abnormal.length,
  };
}
