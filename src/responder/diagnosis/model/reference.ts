import { fitSteps, rowOf } from '../classifier/classifiers.ts';
import type { LabelledTable } from '../table/table.ts';

/** How a feature was distributed in the training. */
export type FeatureReference = {
  /** Index of the feature. */
  readonly feature: number;
  /** Rising; n of them make n + 1 bins, and a bin holds its upper bound. */
  readonly thresholds: readonly number[];
  /** How many rows of each class were in each bin, in the order of the classes. */
  readonly counts: readonly (readonly number[])[];
};

/**
 * What new rows are held against to see that they are no longer like the training. By class, since how often each fault
 * occurs is another matter than how it looks: a training of staged faults has as many of each.
 */
export type Reference = {
  /** In the order of the classes. */
  readonly rowsByClass: readonly number[];
  /** Of the features that vary. */
  readonly features: readonly FeatureReference[];
};

export function referenceOf({ matrix, labels, classes }: LabelledTable): Reference {
  const steps = fitSteps(matrix);
  const varied = steps.flatMap((own, feature) => {
    const thresholds = own.map(({ threshold }) => threshold).toSorted((a, b) => a - b);
    const counts = classes.map(() => Array.from({ length: thresholds.length + 1 }, () => 0));
    return thresholds.length === 0 ? [] : [{ feature, thresholds, counts }];
  });
  const rowsByClass = classes.map(() => 0);
  for (const [row, label] of labels.entries()) {
    rowsByClass[label]!++;
    const values = new Map(rowOf(matrix, row).map(({ column, value }) => [column, value]));
    for (const { feature, thresholds, counts } of varied) {
      counts[label]![binOf(thresholds, values.get(feature) ?? 0)]!++;
    }
  }
  return { rowsByClass, features: varied };
}

/** How many of the thresholds the value is above. */
export function binOf(thresholds: readonly number[], value: number): number {
  const found = thresholds.findIndex((threshold) => value <= threshold);
  return found === -1 ? thresholds.length : found;
}
