import { FAULT_CLASS_NAMES, NO_FAULT } from '../../../catalog/catalog.ts';
import { isFeatureName } from '../features/features.ts';
import { outputCount } from '../logistic/logistic.ts';
import { noveltyProblem } from '../novelty/novelties.ts';
import type { TrainedModel } from './trained-model.ts';

const EVIDENCE_CLASSES: ReadonlySet<string> = new Set([...FAULT_CLASS_NAMES, NO_FAULT]);

/** What does not fit together in a model, or with this version; undefined when all does. */
export function misfitOf(model: TrainedModel): string | undefined {
  return misnamed(model) ?? misshapen(model) ?? misfitOfReference(model);
}

function misnamed(model: TrainedModel): string | undefined {
  const { kind, features, constants, dictionary, classes } = model;
  if (new Set(features).size !== features.length) return 'features: a name occurs twice';
  if (new Set(classes).size !== classes.length) return 'classes: a name occurs twice';
  if (kind === 'table') return undefined;
  const strange = [...features, ...Object.keys(constants)].find((name) => !isFeatureName(name));
  if (strange !== undefined) return `features: this version has no feature "${strange}"`;
  const foreign = Object.keys(dictionary).find((name) => !features.includes(name));
  if (foreign !== undefined) return `dictionary: the model has no feature "${foreign}"`;
  const unknown = classes.find((name) => !EVIDENCE_CLASSES.has(name));
  return unknown === undefined ? undefined : `classes: this version has no class "${unknown}"`;
}

function misfitOfReference({ reference, features, classes }: TrainedModel): string | undefined {
  if (reference === null) return undefined;
  if (reference.rowsByClass.length !== classes.length) {
    return `reference.rowsByClass: ${reference.rowsByClass.length} for ${classes.length} classes`;
  }
  const wrong = reference.features.findIndex(
    ({ feature, thresholds, counts }) =>
      feature >= features.length ||
      counts.length !== classes.length ||
      counts.some((row) => row.length !== thresholds.length + 1),
  );
  return wrong < 0
    ? undefined
    : `reference.features[${wrong}]: its counts do not fit its thresholds and the classes`;
}

function misshapen(model: TrainedModel): string | undefined {
  const { features, encoding, weights, intercepts, classes, calibration } = model;
  const outside = encoding.findIndex(({ feature }) => feature >= features.length);
  if (outside >= 0) return `encoding[${outside}].feature: there are ${features.length} features`;
  const outputs = outputCount(classes.length);
  if (weights.length !== outputs || intercepts.length !== outputs) {
    return (
      `weights: ${weights.length} rows and ${intercepts.length} intercepts, ` +
      `but ${classes.length} classes need ${outputs}`
    );
  }
  const short = weights.findIndex((row) => row.length !== encoding.length);
  if (short >= 0) {
    return `weights[${short}]: ${weights[short]?.length} values for ${encoding.length} columns`;
  }
  const novelty = noveltyProblem(model.novelty);
  if (novelty !== undefined) return `novelty.${novelty}`;
  const { claims, ranges } = model.novelty;
  if (claims.weights.length !== classes.length) {
    return `novelty.claims.weights: ${claims.weights.length} rows for ${classes.length} classes`;
  }
  if (ranges.minima.length !== features.length) {
    return `novelty.ranges.minima: ${ranges.minima.length} values for ${features.length} features`;
  }
  if ((calibration.kind === 'platt') !== (weights.length === 1)) {
    return `calibration: "${calibration.kind}" is not for ${classes.length} classes`;
  }
  return undefined;
}
