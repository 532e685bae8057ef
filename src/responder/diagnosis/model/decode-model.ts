import { CrmwatchError, decode } from '../../../std/std.ts';
import type { Decoder } from '../../../std/std.ts';
import { ENCODING_KINDS, encodedColumn } from '../classifier/classifiers.ts';
import type { Calibration, Encoding } from '../classifier/classifiers.ts';
import type { Cost } from '../decision/decision.ts';
import { FIGURE_NAMES } from '../evaluation/evaluation.ts';
import type { Interval } from '../evaluation/evaluation.ts';
import { noveltyDecoder } from '../novelty/novelties.ts';
import { misfitOf } from './misfits.ts';
import type { Reference } from './reference.ts';
import { MODEL_KINDS, MODEL_SCHEMA } from './trained-model.ts';
import type {
  CoincidenceFacts,
  EvaluationFacts,
  ModelKind,
  TrainedModel,
  TrainingFacts,
} from './trained-model.ts';

const REMEDY = 'train the model again with this version: crmwatch train';

const ratio = decode.number({ minimum: 0, maximum: 1 });
const count = decode.integer({ minimum: 0 });
/** Far more than is ever written: a table may have a column for each word of a language. */
const MOST = 10_000_000;
const numbers = decode.list(decode.number(), { maximumLength: MOST });
/** A text of a table may be as long as its cells. */
const name = decode.text({ maximumLength: 1_000_000 });

function orNull<T>(decoder: Decoder<T>, description: string): decode.Field<T | null> {
  return decode.withDefault<T | null>(decoder, null, description, 'null');
}

const encoding: Decoder<Encoding> = decode.list(encodedColumn, {
  minimumLength: 1,
  maximumLength: MOST,
});

const calibration: Decoder<Calibration> = decode.union('kind', {
  temperature: decode.object({
    kind: decode.required(decode.choice(['temperature']), 'one number for all classes'),
    temperature: decode.required(decode.number({ minimum: Number.MIN_VALUE }), 'temperature'),
  }),
  platt: decode.object({
    kind: decode.required(decode.choice(['platt']), 'two numbers for two classes'),
    slope: decode.required(decode.number(), 'slope of the score'),
    offset: decode.required(decode.number(), 'offset of the score'),
  }),
});

const dictionary: Decoder<TrainedModel['dictionary']> = decode.map(
  decode.list(decode.text(), { minimumLength: 1 }),
  { key: 'feature', pattern: /./s },
);

const counts = decode.list(count);

const reference: Decoder<Reference> = decode.object({
  rowsByClass: decode.required(counts, 'training rows of each class'),
  features: decode.required(
    decode.list(
      decode.object({
        feature: decode.required(count, 'index of the feature'),
        thresholds: decode.required(numbers, 'bounds of the bins'),
        counts: decode.required(decode.list(counts), 'rows of each class in each bin'),
      }),
      { maximumLength: MOST },
    ),
    'features that vary',
  ),
});

const cost: Decoder<Cost> = decode.object({
  actual: decode.required(name, 'the right class'),
  answer: decode.required(name, 'the class that is named, or "unknown"'),
  cost: decode.required(decode.number({ minimum: 0 }), 'in units of a wrong answer'),
});

const training: Decoder<TrainingFacts> = decode.object({
  rows: decode.required(count, 'training rows'),
  groups: decode.required(count, 'groups of training rows'),
  sha256: decode.required(decode.text(), 'hash of the training set'),
  encoding: decode.required(decode.choice(ENCODING_KINDS), 'how numbers are encoded'),
  strengthC: decode.required(decode.number({ minimum: 0 }), 'inverse strength of the penalty'),
  converged: decode.required(decode.boolean(), 'whether the fit converged'),
  gradientNorm: decode.required(decode.number({ minimum: 0 }), 'gradient at the end of the fit'),
  iterations: decode.required(count, 'iterations of the fit'),
});

const interval: Decoder<Interval> = decode.object({
  low: decode.required(decode.number(), 'lower end'),
  high: decode.required(decode.number(), 'upper end'),
});

const coincidence: Decoder<CoincidenceFacts> = decode.object({
  rows: decode.required(count, 'rows of several classes'),
  allNamedRatio: decode.required(ratio, 'share of which all classes were named'),
  someNamedRatio: decode.required(ratio, 'share of which only right classes were named'),
  falseSeveralRatio: decode.required(
    ratio,
    'share of rows of one class for which several were named',
  ),
});

const evaluation: Decoder<EvaluationFacts> = decode.object({
  folds: decode.required(count, 'folds'),
  seed: decode.required(count, 'seed of the folds'),
  figures: decode.required(
    decode.list(
      decode.object({
        name: decode.required(decode.choice(FIGURE_NAMES), 'which figure'),
        value: orNull(decode.number(), 'the figure'),
        interval: orNull(interval, '95 % interval'),
      }),
    ),
    'figures on rows that were left out',
  ),
  unknownRatio: orNull(ratio, 'share of unknown answers'),
  answeredAccuracyRatio: orNull(ratio, 'accuracy of answers'),
  coincidence: orNull(coincidence, 'how well several classes at once are told'),
});

const model: Decoder<TrainedModel> = decode.object({
  schema: decode.required(decode.choice<typeof MODEL_SCHEMA>([MODEL_SCHEMA]), 'schema'),
  id: decode.required(decode.text(), 'identifier of the model'),
  kind: decode.required(decode.choice<ModelKind>(MODEL_KINDS), 'what the rows were'),
  features: decode.required(
    decode.list(name, { minimumLength: 1, maximumLength: MOST }),
    'feature names',
  ),
  columns: decode.required(decode.list(name, { maximumLength: MOST }), 'columns of the table'),
  constants: decode.required(
    decode.map(decode.number(), { key: 'feature', pattern: /./s }),
    'features with one value',
  ),
  dictionary: decode.required(dictionary, 'words behind features that are buckets'),
  encoding: decode.required(encoding, 'columns that are made of the features'),
  classes: decode.required(decode.list(name, { minimumLength: 2 }), 'classes'),
  weights: decode.required(decode.list(numbers), 'weights'),
  intercepts: decode.required(numbers, 'intercepts'),
  calibration: decode.required(calibration, 'what makes probabilities of the scores'),
  isCoinciding: decode.required(decode.boolean(), 'whether several classes may be named'),
  costs: decode.required(decode.list(cost), 'costs that are not the usual ones'),
  novelty: decode.required(noveltyDecoder, 'what tells that a row is like nothing in the training'),
  reference: orNull(reference, 'distributions of the features'),
  noveltyLimit: decode.required(ratio, 'novelty above which the answer is unknown'),
  training: decode.required(training, 'facts about the training'),
  evaluation: orNull(evaluation, 'figures on rows that were left out'),
});

/**
 * Decodes a saved model.
 * @param place what to call the file in messages.
 * @throws CrmwatchError model_incompatible, naming each wrong place, when the file is of another schema or kind, when it
 * uses classes or features that this version does not have, or when its arrays do not fit together.
 */
export function decodeModel(value: unknown, place: string, kind?: ModelKind): TrainedModel {
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
  const misfit = misfitOf(decoded.value);
  if (misfit !== undefined) refuse(`${place}.${misfit}`);
  if (kind !== undefined && decoded.value.kind !== kind) {
    const found = decoded.value.kind;
    refuse(
      `${place} is a model of ${found === 'table' ? 'the rows of a table' : 'evidence'}`,
      kind === 'table'
        ? 'judge evidence with it by `crmwatch diagnose`, or name a model that was trained on a table'
        : 'train a model on episodes (JSON lines): crmwatch train',
    );
  }
  return decoded.value;
}

/** The text of a model file, a line for each row of numbers; reading it back gives the same numbers to the last bit. */
export function encodeModel(value: TrainedModel): string {
  const parts = Object.entries(value).map(
    ([key, part]) => `${JSON.stringify(key)}: ${linesOf(part)}`,
  );
  return `{\n${parts.join(',\n')}\n}\n`;
}

function linesOf(part: unknown): string {
  const isLong = Array.isArray(part) && part.some((one) => typeof one === 'object');
  if (!isLong) return JSON.stringify(part);
  return `[\n${part.map((one) => JSON.stringify(one)).join(',\n')}\n]`;
}

function refuse(message: string, remedy: string = REMEDY): never {
  throw new CrmwatchError('model_incompatible', message, { remedy });
}

function schemaOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { schema } = value as { schema?: unknown };
  return typeof schema === 'string' ? schema : undefined;
}
