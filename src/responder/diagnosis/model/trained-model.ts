import type { Classifier, EncodingKind } from '../classifier/classifiers.ts';
import type { Cost } from '../decision/decision.ts';
import type { Dictionary } from '../features/features.ts';
import type { FigureName, Interval } from '../evaluation/evaluation.ts';
import type { NoveltyModel } from '../novelty/novelties.ts';
import type { Reference } from './reference.ts';

export const MODEL_SCHEMA = 'crmwatch.classifier/2';

/** What the rows were that a model was trained on: evidence of incidents, or lines of a table. */
export const MODEL_KINDS = ['evidence', 'table'] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

export type TrainingFacts = {
  readonly rows: number;
  readonly groups: number;
  /** SHA-256 over the features, classes and groups of all rows. */
  readonly sha256: string;
  readonly encoding: EncodingKind;
  readonly strengthC: number;
  readonly converged: boolean;
  /** Largest absolute entry of the gradient of the mean objective at the end of the fit. */
  readonly gradientNorm: number;
  readonly iterations: number;
};

/** Figures on rows that were left out of the training in turn, with their groups. */
export type EvaluationFacts = {
  readonly folds: number;
  readonly seed: number;
  readonly figures: readonly {
    readonly name: FigureName;
    /** Null when the rows cannot tell. */
    readonly value: number | null;
    /** 95 %, by the bootstrap over groups. */
    readonly interval: Interval | null;
  }[];
  /** Share of rows of one class answered "unknown"; null without rows. */
  readonly unknownRatio: number | null;
  /** Share of right answers among the rows that were answered; null when none was. */
  readonly answeredAccuracyRatio: number | null;
  /** Null when classes never coincided. */
  readonly coincidence: CoincidenceFacts | null;
};

/** How well several classes at once are told, on rows that were left out. */
export type CoincidenceFacts = {
  /** Rows that several classes hold for. */
  readonly rows: number;
  /** Share of them of which all classes were named, and no other. */
  readonly allNamedRatio: number;
  /** Share of them of which at least one class was named, and none that does not hold. */
  readonly someNamedRatio: number;
  /** Share of rows of one class for which several were named. */
  readonly falseSeveralRatio: number;
};

/**
 * A trained model as it is saved: everything that a prediction and its explanation need, and no row of the training in
 * the clear. All arrays over features have the order of `features`.
 */
export type TrainedModel = Classifier & {
  readonly schema: typeof MODEL_SCHEMA;
  readonly id: string;
  readonly kind: ModelKind;
  /** All that the training had, also those that did not vary. */
  readonly features: readonly string[];
  /** Columns of the table that features were made of; none for evidence, and for lines of pairs. */
  readonly columns: readonly string[];
  /**
   * Features with one value in all rows of the training, where it was not 0. They carry no weight. Those that are neither
   * here nor in the encoding were 0 in every row, and are as if never seen.
   */
  readonly constants: Readonly<Record<string, number>>;
  /** What the buckets of hashed words stood for in the training. */
  readonly dictionary: Dictionary;
  /** Whether several classes held at once in the training, so that several may be named. */
  readonly isCoinciding: boolean;
  /** That are not the usual ones; costs belong to the decision, not to the loss. */
  readonly costs: readonly Cost[];
  /** What new evidence is held against for drift; null for tables, of which nobody watches any. */
  readonly reference: Reference | null;
  readonly novelty: NoveltyModel;
  /** Above this novelty the answer is "unknown". */
  readonly noveltyLimit: number;
  readonly training: TrainingFacts;
  /** Null when no group could be left out of the training. */
  readonly evaluation: EvaluationFacts | null;
};
