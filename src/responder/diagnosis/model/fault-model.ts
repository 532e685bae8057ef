import { FAULT_CLASS_NAMES, NO_FAULT } from '../../../catalog/catalog.ts';
import type { DiagnosisClass } from '../../../catalog/catalog.ts';

export const MODEL_SCHEMA = 'crmwatch.fault-classifier/1';

/** The classes that a model may know, in the order of the catalog. */
export const DIAGNOSIS_CLASSES: readonly DiagnosisClass[] = [...FAULT_CLASS_NAMES, NO_FAULT];

/** What is needed to predict. All arrays over features have the order of `features`. */
export type Predictor = {
  readonly features: readonly string[];
  readonly means: readonly number[];
  /** Standard deviations over the training rows, with a floor; never 0. */
  readonly scales: readonly number[];
  readonly minima: readonly number[];
  readonly maxima: readonly number[];
  /** Features that had one value in all training rows, where it was not 0. They carry no weight. */
  readonly constants: Readonly<Record<string, number>>;
  readonly classes: readonly DiagnosisClass[];
  /**
   * Of standardised features. One row per class (softmax); for two classes a single row, whose score is the
   * log-odds of the second class, as in scikit-learn.
   */
  readonly weights: readonly (readonly number[])[];
  readonly intercepts: readonly number[];
};

export type NoveltyLimits = {
  /** Root of the summed squares of how far features lie outside the range seen in training, in scales. */
  readonly distance: number;
  /** Share of the abnormal features that were never seen in training. */
  readonly unseenRatio: number;
};

export type TrainingFacts = {
  readonly rows: number;
  readonly groups: number;
  /** SHA-256 over the features, labels and groups of all rows. */
  readonly sha256: string;
  readonly strengthC: number;
  readonly converged: boolean;
  readonly gradientNorm: number;
  readonly iterations: number;
};

/** Figures on groups that were left out of the training. */
export type EvaluationFacts = {
  readonly folds: number;
  /** Share of rows whose most probable class is right, "unknown" not being an option. */
  readonly accuracyRatio: number;
  readonly macroF1: number;
  /** Mean negative logarithm of the probability of the right class, at least 1e-15. */
  readonly logLoss: number;
  /** Share of rows answered "unknown". */
  readonly unknownRatio: number;
  /** Share of right answers among the rows that were answered; null when none was. */
  readonly answeredAccuracyRatio: number | null;
};

/** A trained model as it is saved: versioned, without anything that identifies a CRM or a person. */
export type FaultModel = Predictor & {
  readonly schema: typeof MODEL_SCHEMA;
  readonly id: string;
  /** Chow's rule: below this probability the answer is "unknown". */
  readonly unknownBelowProbability: number;
  readonly noveltyLimits: NoveltyLimits;
  readonly training: TrainingFacts;
  /** Null when no group could be left out of the training. */
  readonly evaluation: EvaluationFacts | null;
};
