import { binOf, createObserve } from '../model/model.ts';
import type { NamedValue, TrainedModel } from '../model/model.ts';

export type FeatureDrift = {
  readonly feature: string;
  /** Population stability index; 0 when the distributions are equal, from 0.25 on something is to be done. */
  readonly psi: number;
};

/** Evidence as the model sees it, with the probabilities that it gave the classes. */
export type SeenEvidence = {
  readonly values: readonly NamedValue[];
  /** By class; they sum to 1. */
  readonly probabilities: Readonly<Record<string, number>>;
};

/** Of fewer rows the index says more about chance: with 9 bins it is 8/n in the mean where nothing has changed. */
export const LEAST_EVIDENCE = 100;

/**
 * How far the values of each feature moved away from those of the training, the furthest first; null of too little
 * evidence, or of a model without a reference.
 *
 * What was to be expected is a mixture of the training's classes by their mean probabilities in this evidence, since
 * a training of staged faults has as many of each and life has not. So the index tells of faults that look otherwise,
 * and of faults that are none of the classes, and not of faults that became more frequent.
 */
export function featureDrift(
  model: Pick<TrainedModel, 'features' | 'encoding' | 'constants' | 'classes' | 'reference'>,
  seen: readonly SeenEvidence[],
): readonly FeatureDrift[] | null {
  const { reference, classes } = model;
  if (reference === null || seen.length < LEAST_EVIDENCE) return null;
  const observe = createObserve(model);
  const rows = seen.map(
    ({ values }) => new Map(observe(values).row.map(({ column, value }) => [column, value])),
  );
  const total = sumOf(reference.rowsByClass);
  const mixture = classes.map(
    (name) => sumOf(seen.map(({ probabilities }) => probabilities[name] ?? 0)) / seen.length,
  );
  return reference.features
    .map(({ feature, thresholds, counts }): FeatureDrift => {
      const found = Array.from({ length: thresholds.length + 1 }, () => 0);
      for (const row of rows) found[binOf(thresholds, row.get(feature) ?? 0)]!++;
      const expected = found.map(
        (_, bin) =>
          total *
          sumOf(
            mixture.map((weight, index) => {
              const rowsOfClass = reference.rowsByClass[index]!;
              return rowsOfClass === 0 ? 0 : (weight * counts[index]![bin]!) / rowsOfClass;
            }),
          ),
      );
      return { feature: model.features[feature] ?? '', psi: stabilityIndex(expected, found) };
    })
    .toSorted((a, b) => b.psi - a.psi || (a.feature < b.feature ? -1 : 1));
}

/**
 * Σ (aᵢ − eᵢ)·ln(aᵢ/eᵢ) over the shares of the bins. Each bin counts one row more than it has (Laplace), so that an empty one
 * is no infinity.
 * Source: Siddiqi, Credit Risk Scorecards, 2006; Yurdakul, Statistical Properties of Population Stability Index, 2018.
 * @param expected rows in each bin; need not be whole.
 * @param actual the same for what is held against it.
 */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number {
  const [expectedShares, actualShares] = [sharesOf(expected), sharesOf(actual)];
  return sumOf(
    expectedShares.map((share, bin) => {
      const found = actualShares[bin]!;
      return (found - share) * Math.log(found / share);
    }),
  );
}

function sharesOf(counts: readonly number[]): readonly number[] {
  const total = sumOf(counts) + counts.length;
  return counts.map((count) => (count + 1) / total);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
