import { fitPlatt, fitTemperature } from '../calibration/calibration.ts';
import type { Prediction } from '../evaluation/evaluation.ts';
import { logLoss } from '../evaluation/evaluation.ts';
import { fitLogistic, scoresToProbabilities } from '../logistic/logistic.ts';
import type { LogisticFit } from '../logistic/logistic.ts';
import { singleRows } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import { calibrate, scoresOf } from './classifier.ts';
import type { Calibration, Classifier } from './classifier.ts';
import { ENCODING_KINDS, createEncoder } from './encoding.ts';
import type { EncodingKind } from './encoding.ts';
import { innerSplits } from './folds.ts';
import type { Split } from './folds.ts';
import { encodeRows, rowOf } from './rows.ts';

/** What is chosen by cross-validation: how numbers are encoded, and how strong the penalty is. */
export type Recipe = { readonly encoding: EncodingKind; readonly strengthC: number };

/** The strongest penalty first. */
const STRENGTHS: readonly number[] = [0.03, 0.1, 0.3, 1, 3, 10];
/** At which encodings are compared. */
const MIDDLE_STRENGTH = 1;
const CHOICE_FOLDS = 3;
/** More than for the choice: the fewer rows are left out, the more the scores are like those of the last fit. */
const CALIBRATION_FOLDS = 8;
/** Enough to tell recipes apart, at a fraction of the time. */
const TRIAL_LIMITS: FitLimits = { gradientTolerance: 1e-3, maximumIterations: 500 };
const CALIBRATION_LIMITS: FitLimits = { gradientTolerance: 1e-5, maximumIterations: 1000 };

export type Trial = Recipe & {
  /** Mean log-loss on rows that were left out, after calibration on them; nats. */
  readonly logLoss: number;
};

export type FittedClassifier = {
  readonly classifier: Classifier;
  readonly recipe: Recipe;
  /** All that was tried; empty when there were too few groups to leave any out. */
  readonly trials: readonly Trial[];
  readonly fit: Pick<LogisticFit, 'converged' | 'gradientNorm' | 'iterations'>;
};

export type FitOptions = {
  readonly rows: readonly number[];
  /** Instead of what cross-validation would choose. */
  readonly encoding?: EncodingKind;
  readonly strengthC?: number;
};

type Uncalibrated = Omit<Classifier, 'calibration'>;

/**
 * Fits a classifier to those of the rows that are of one class, by the recipe that does best on rows left out of these in
 * turn: first the encoding is chosen, then the strength of the penalty, each by the log-loss.
 */
export function fitClassifier(table: LabelledTable, options: FitOptions): FittedClassifier {
  const rows = singleRows(table, options.rows);
  const { recipe, trials } = chooseRecipe(table, { ...options, rows });
  const splits = innerSplits(table, rows, CALIBRATION_FOLDS);
  const scored = splits.flatMap((split) => scoreLeftOut(table, recipe, split, CALIBRATION_LIMITS));
  const calibration = calibrationOf(scored, table.classes.length);
  const { model, fit } = fitUncalibrated(table, rows, recipe, {});
  return { classifier: { ...model, calibration }, recipe, trials, fit };
}

/** By cross-validation within the rows; what is given is not tried. */
function chooseRecipe(
  table: LabelledTable,
  options: FitOptions,
): Pick<FittedClassifier, 'recipe' | 'trials'> {
  const trials = tryRecipes(table, options);
  const best = trials.reduce<Trial | undefined>(
    (found, next) => (found === undefined || next.logLoss < found.logLoss ? next : found),
    undefined,
  );
  const encoding = best?.encoding ?? options.encoding ?? 'log';
  const strengthC = best?.strengthC ?? options.strengthC ?? MIDDLE_STRENGTH;
  return { recipe: { encoding, strengthC }, trials };
}

function tryRecipes(table: LabelledTable, options: FitOptions): readonly Trial[] {
  const { rows } = options;
  const splits = innerSplits(table, rows, CHOICE_FOLDS);
  if (splits.length === 0) return [];
  const trialOf = (recipe: Recipe): Trial => tryRecipe(table, recipe, splits);
  const strengthC = options.strengthC ?? MIDDLE_STRENGTH;
  const kinds = options.encoding === undefined ? ENCODING_KINDS : [options.encoding];
  const ofKinds = kinds.map((encoding) => trialOf({ encoding, strengthC }));
  if (options.strengthC !== undefined) return ofKinds;
  const { encoding } = ofKinds.reduce((best, next) => (next.logLoss < best.logLoss ? next : best));
  const others = STRENGTHS.filter((strength) => strength !== MIDDLE_STRENGTH);
  return [...ofKinds, ...others.map((strength) => trialOf({ encoding, strengthC: strength }))];
}

function tryRecipe(table: LabelledTable, recipe: Recipe, splits: readonly Split[]): Trial {
  const scored = splits.flatMap((split) => scoreLeftOut(table, recipe, split, TRIAL_LIMITS));
  const calibration = calibrationOf(scored, table.classes.length);
  const predictions = scored.map(({ actual, scores }): Prediction => {
    const probabilities = scoresToProbabilities(calibrate(scores, calibration));
    return { actual, probabilities, group: '' };
  });
  return { ...recipe, logLoss: logLoss(predictions) };
}

type Scored = { readonly actual: number; readonly scores: Float64Array };

/**
 * Scores of the rows of a fold by a model without it, of the classes that the model knows. A row whose class no other fold
 * has is left out: that it cannot be known says nothing about recipes, nor about how far probabilities can be believed.
 */
function scoreLeftOut(
  table: LabelledTable,
  recipe: Recipe,
  split: Split,
  limits: FitLimits,
): readonly Scored[] {
  const { model } = fitUncalibrated(table, split.train, recipe, limits);
  const encode = createEncoder(model.encoding);
  const present = presentClasses(table, split.train);
  const isWhole = present.length === table.classes.length;
  return split.test.flatMap((row): readonly Scored[] => {
    const actual = present.indexOf(table.labels[row]!);
    if (actual < 0) return [];
    const scores = scoresOf(model, encode(rowOf(table.matrix, row)));
    return [{ actual, scores: isWhole ? scores : Float64Array.from(present, (k) => scores[k]!) }];
  });
}

function presentClasses({ labels }: LabelledTable, rows: readonly number[]): readonly number[] {
  return [...new Set(rows.map((row) => labels[row]!))].toSorted((a, b) => a - b);
}

function calibrationOf(scored: readonly Scored[], classCount: number): Calibration {
  if (classCount > 2) return { kind: 'temperature', temperature: fitTemperature(scored) };
  const cases = scored.map(({ actual, scores }) => ({
    score: scores[0] ?? 0,
    isSecond: actual === 1,
  }));
  return { kind: 'platt', ...fitPlatt(cases) };
}

type FitLimits = { readonly gradientTolerance?: number; readonly maximumIterations?: number };

/**
 * A class that has no row among these gets a score that no other loses to, so that the classes keep their numbers.
 */
function fitUncalibrated(
  table: LabelledTable,
  rows: readonly number[],
  { encoding: kind, strengthC }: Recipe,
  limits: FitLimits,
): { readonly model: Uncalibrated; readonly fit: LogisticFit } {
  const { encoding, matrix } = encodeRows(table, rows, kind);
  const labels = rows.map((row) => table.labels[row]!);
  const present = presentClasses(table, rows);
  const numbers = labels.map((label) => present.indexOf(label));
  const fit = fitLogistic(matrix, numbers, present.length, { strengthC, ...limits });
  const model = { encoding, classes: table.classes, ...spread(fit, present, table.classes.length) };
  return { model, fit };
}

/** Low enough for a probability of nothing, and finite. */
const ABSENT_SCORE = -1e3;

/** Puts the weight rows of the classes that were there in the places that they have among all. */
function spread(
  fit: LogisticFit,
  present: readonly number[],
  classCount: number,
): Pick<Classifier, 'weights' | 'intercepts'> {
  const rowOfOutput = (output: number): number[] => [
    ...fit.weights.subarray(output * fit.columns, (output + 1) * fit.columns),
  ];
  if (present.length === classCount) {
    const outputs = [...fit.intercepts.keys()];
    return { weights: outputs.map(rowOfOutput), intercepts: [...fit.intercepts] };
  }
  const zeros = Array.from({ length: fit.columns }, () => 0);
  const rows = Array.from({ length: classCount }, (_, k) => {
    const output = present.indexOf(k);
    if (output < 0) return { weights: zeros, intercept: ABSENT_SCORE };
    // Of two classes the first has the score 0.
    if (present.length === 2 && output === 0) return { weights: zeros, intercept: 0 };
    const at = present.length === 2 ? 0 : output;
    return { weights: rowOfOutput(at), intercept: fit.intercepts[at]! };
  });
  return {
    weights: rows.map((row) => row.weights),
    intercepts: rows.map((row) => row.intercept),
  };
}
