import { CrmwatchError, decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { FEATURE_NAMES } from '../features/features.ts';
import { outputCount } from '../logistic/logistic.ts';
import { DIAGNOSIS_CLASSES, MODEL_SCHEMA } from './fault-model.ts';
import type { EvaluationFacts, FaultModel, NoveltyLimits, TrainingFacts } from './fault-model.ts';

const REMEDY = 'train the model again with this version: crmwatch train';

const ratio = decode.number({ minimum: 0, maximum: 1 });
const count = decode.integer({ minimum: 0 });
const numbers = decode.list(decode.number());

const noveltyLimits: Decoder<NoveltyLimits> = decode.object({
  distance: decode.required(decode.number({ minimum: 0 }), 'largest distance'),
  unseenRatio: decode.required(ratio, 'largest share of unseen features'),
});

const training: Decoder<TrainingFacts> = decode.object({
  rows: decode.required(count, 'training rows'),
  groups: decode.required(count, 'groups of training rows'),
  sha256: decode.required(decode.text(), 'hash of the training set'),
  strengthC: decode.required(decode.number({ minimum: 0 }), 'inverse strength of the penalty'),
  converged: decode.required(decode.boolean(), 'whether the fit converged'),
  gradientNorm: decode.required(decode.number({ minimum: 0 }), 'gradient at the end of the fit'),
  iterations: decode.required(count, 'iterations of the fit'),
});

const evaluation: Decoder<EvaluationFacts> = decode.object({
  folds: decode.required(count, 'folds'),
  accuracyRatio: decode.required(ratio, 'accuracy'),
  macroF1: decode.required(ratio, 'macro-F1'),
  logLoss: decode.required(decode.number({ minimum: 0 }), 'log-loss'),
  unknownRatio: decode.required(ratio, 'share of unknown answers'),
  answeredAccuracyRatio: decode.withDefault<number | null>(
    ratio,
    null,
    'accuracy of answers',
    'null',
  ),
});

const model: Decoder<FaultModel> = decode.object({
  schema: decode.required(decode.choice<typeof MODEL_SCHEMA>([MODEL_SCHEMA]), 'schema'),
  id: decode.required(decode.text(), 'identifier of the model'),
  features: decode.required(decode.list(decode.text(), { minimumLength: 1 }), 'feature names'),
  means: decode.required(numbers, 'means of the features'),
  scales: decode.required(
    decode.list(decode.number({ minimum: Number.MIN_VALUE })),
    'scales of the features',
  ),
  minima: decode.required(numbers, 'smallest values seen'),
  maxima: decode.required(numbers, 'largest values seen'),
  constants: decode.required(
    decode.map(decode.number(), { key: 'feature', pattern: /./ }),
    'features with one value',
  ),
  classes: decode.required(
    decode.list(decode.choice(DIAGNOSIS_CLASSES), { minimumLength: 2 }),
    'classes',
  ),
  weights: decode.required(decode.list(numbers), 'weights'),
  intercepts: decode.required(numbers, 'intercepts'),
  unknownBelowProbability: decode.required(ratio, "threshold of Chow's rule"),
  noveltyLimits: decode.required(noveltyLimits, 'limits of novelty'),
  training: decode.required(training, 'facts about the training'),
  evaluation: decode.withDefault<EvaluationFacts | null>(evaluation, null, 'figures', 'null'),
});

/**
 * Decodes a saved model.
 * @param place what to call the file in messages.
 * @throws CrmwatchError model_incompatible, naming each wrong place, when the file is of another schema, when it
 * uses features that this version does not have, or when its arrays do not fit together.
 */
export function decodeModel(value: unknown, place: string): FaultModel {
  const schema = schemaOf(value);
  if (schema !== undefined && schema !== MODEL_SCHEMA) {
    refuse(`${place} is a "${schema}", but this version reads "${MODEL_SCHEMA}"`);
  }
  const decoded = decode.run(model, value, place);
  if (!decoded.ok) {
    const problems = decoded.problems.map((problem) => `${problem.place}: ${problem.message}`);
    const shown = problems.slice(0, 5).join('; ');
    const more = problems.length > 5 ? `; and ${problems.length - 5} more` : '';
    refuse(`not a usable model: ${shown}${more}`);
  }
  const problem = mismatchOf(decoded.value);
  if (problem !== undefined) refuse(`${place}.${problem}`);
  return decoded.value;
}

/** The text of a model file; reading it back gives the same numbers to the last bit. */
export function encodeModel(value: FaultModel): string {
  return `${JSON.stringify(value, undefined, 1)}\n`;
}

function refuse(message: string): never {
  throw new CrmwatchError('model_incompatible', message, { remedy: REMEDY });
}

function schemaOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { schema } = value as { schema?: unknown };
  return typeof schema === 'string' ? schema : undefined;
}

function mismatchOf(value: FaultModel): string | undefined {
  const { features, classes } = value;
  const strange = [...features, ...Object.keys(value.constants)].find(
    (name) => !FEATURE_NAMES.has(name),
  );
  if (strange !== undefined) return `features: this version has no feature "${strange}"`;
  if (new Set(features).size !== features.length) return 'features: a name occurs twice';
  if (new Set(classes).size !== classes.length) return 'classes: a name occurs twice';
  for (const name of ['means', 'scales', 'minima', 'maxima'] as const) {
    const { length } = value[name];
    if (length !== features.length) {
      return `${name}: ${length} values for ${features.length} features`;
    }
  }
  const outputs = outputCount(classes.length);
  if (value.weights.length !== outputs || value.intercepts.length !== outputs) {
    return (
      `weights: ${value.weights.length} rows and ${value.intercepts.length} intercepts, ` +
      `but ${classes.length} classes need ${outputs}`
    );
  }
  const short = value.weights.findIndex((row) => row.length !== features.length);
  if (short >= 0) {
    return `weights[${short}]: ${value.weights[short]?.length} values for ${features.length} features`;
  }
  return undefined;
}
