import { fitLogistic, matrixFromRows } from '../logistic/logistic.ts';
import type { LogisticFit } from '../logistic/logistic.ts';
import { DIAGNOSIS_CLASSES, featureValue, standardise } from '../model/model.ts';
import type { Predictor } from '../model/model.ts';
import type { LabelledFeatures } from './dataset.ts';

/** Features are logarithms, shares and flags: a smaller spread means that few rows differ, not that they differ little. */
const SCALE_FLOOR = 0.1;

export type FittedPredictor = { readonly predictor: Predictor; readonly fit: LogisticFit };

type Column = {
  readonly name: string;
  readonly mean: number;
  readonly scale: number;
  readonly minimum: number;
  readonly maximum: number;
};

function columnOf(rows: readonly LabelledFeatures[], name: string): Column {
  const values = rows.map((row) => featureValue(row.features, name));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return {
    name,
    mean,
    scale: Math.max(SCALE_FLOOR, Math.sqrt(variance)),
    minimum: values.reduce((least, value) => Math.min(least, value), Infinity),
    maximum: values.reduce((most, value) => Math.max(most, value), -Infinity),
  };
}

/**
 * Standardises the features that vary and fits the classes that occur, in the order of the catalog.
 * @throws CrmwatchError training_data_invalid when fewer than two classes occur.
 */
export function fitPredictor(
  rows: readonly LabelledFeatures[],
  options: { readonly strengthC: number; readonly gradientTolerance?: number },
): FittedPredictor {
  const names = [...(rows[0]?.features.keys() ?? [])];
  const all = names.map((name) => columnOf(rows, name));
  const columns = all.filter((column) => column.maximum > column.minimum);
  const constants = all.filter((column) => column.maximum === column.minimum);
  const present = new Set(rows.map((row) => row.label));
  const classes = DIAGNOSIS_CLASSES.filter((name) => present.has(name));
  const untrained: Predictor = {
    features: columns.map((column) => column.name),
    means: columns.map((column) => column.mean),
    scales: columns.map((column) => column.scale),
    minima: columns.map((column) => column.minimum),
    maxima: columns.map((column) => column.maximum),
    constants: Object.fromEntries(
      constants.flatMap(({ name, maximum }) => (maximum === 0 ? [] : [[name, maximum]])),
    ),
    classes,
    weights: [],
    intercepts: [],
  };
  const matrix = matrixFromRows(rows.map((row) => standardise(untrained, row.features)));
  const labels = rows.map((row) => classes.indexOf(row.label));
  const fit = fitLogistic(matrix, labels, classes.length, options);
  const weights = [...fit.intercepts.keys()].map((output) => [
    ...fit.weights.subarray(output * fit.columns, (output + 1) * fit.columns),
  ]);
  const predictor = { ...untrained, weights, intercepts: [...fit.intercepts] };
  return { predictor, fit };
}
