export { ENCODING_KINDS, evaluateTable } from './classifier/classifiers.ts';
export type {
  EncodingKind,
  Recipe,
  TableEvaluation,
  TableEvaluationOptions,
} from './classifier/classifiers.ts';
export { classify } from './classify.ts';
export type { Classification } from './classify.ts';
export type { Component } from './components.ts';
export { explain } from './explain.ts';
export type { Explanation, Reason, Term } from './explain.ts';
export { leaveClassesOut } from './novelty/novelties.ts';
export type { LeftOutClass } from './novelty/novelties.ts';
export { reportOn } from './evaluation/evaluation.ts';
export type { Figure, FigureName, Report } from './evaluation/evaluation.ts';
export { extractFeatures } from './features/features.ts';
export type { Feature, FeatureLink, Features, FeatureSubject } from './features/features.ts';
export { rankComponents, readCallGraph, readSeries, timeOf } from './localisation/localisation.ts';
export type {
  CallGraph,
  ComponentSuspect,
  MetricSeries,
  SeriesScore,
} from './localisation/localisation.ts';
export { localise } from './localise.ts';
export type { Suspect } from './localise.ts';
export { decodeModel, encodeModel } from './model/model.ts';
export type {
  ClassProbability,
  EvaluationFacts,
  FaultModel,
  NoveltyLimits,
  TrainingFacts,
} from './model/model.ts';
export { readTable } from './table/table.ts';
export type { LabelledTable, TableOptions } from './table/table.ts';
export { decodeTrainingLines, evaluate, tableOfEpisodes, train } from './training/training.ts';
export type { ClassFigures, Evaluation, TrainOptions, TrainingRow } from './training/training.ts';
