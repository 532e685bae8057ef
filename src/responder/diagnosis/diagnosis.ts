export { ENCODING_KINDS, evaluateTable } from './classifier/classifiers.ts';
export type {
  CrossValidationOptions,
  EncodingKind,
  Recipe,
  TableEvaluation,
} from './classifier/classifiers.ts';
export { createClassify } from './classify.ts';
export type { ClassProbability, Classification, Classify } from './classify.ts';
export type { Component } from './components.ts';
export { readCosts } from './decision/decision.ts';
export type { Cost } from './decision/decision.ts';
export { featureDrift, watchAnswers } from './drift/drift.ts';
export type { AnswerDrift, FeatureDrift, KeptAnswer, SeenEvidence } from './drift/drift.ts';
export { decodeEpisodes, tableOfEpisodes } from './episodes/episodes.ts';
export type { Episode } from './episodes/episodes.ts';
export { createExplain } from './explain.ts';
export type { Explain, Explanation, Reason, Term } from './explain.ts';
export { leaveClassesOut } from './novelty/novelties.ts';
export type { LeftOutClass } from './novelty/novelties.ts';
export { reportOn } from './evaluation/evaluation.ts';
export type { Figure, FigureName, Report } from './evaluation/evaluation.ts';
export { extractFeatures } from './features/features.ts';
export type { Feature, FeatureLink, Features, FeatureSubject } from './features/features.ts';
export { createJudgeEvidence } from './judge-evidence.ts';
export type { EvidenceJudgement } from './judge-evidence.ts';
export { holdToEpisodes, holdToTable } from './hold-out.ts';
export { createJudgeRow } from './judge-rows.ts';
export type { RowJudgement, RowReason } from './judge-rows.ts';
export { rankComponents, readCallGraph, readSeries, timeOf } from './localisation/localisation.ts';
export type {
  CallGraph,
  ComponentSuspect,
  MetricSeries,
  SeriesScore,
} from './localisation/localisation.ts';
export { localise } from './localise.ts';
export type { Suspect } from './localise.ts';
export { decodeModel, describeModel, encodeModel } from './model/model.ts';
export type {
  EvaluationFacts,
  ModelDescription,
  ModelKind,
  TrainedModel,
  TrainingFacts,
} from './model/model.ts';
export { compareModels, lossOfClass } from './promotion/promotion.ts';
export type {
  ClassProbabilities,
  JudgedPair,
  ModelComparison,
  RecallPair,
} from './promotion/promotion.ts';
export { createSeeEvidence } from './see-evidence.ts';
export { readKnownRows, readTable } from './table/table.ts';
export type { KnownRow, LabelledTable, TableOptions } from './table/table.ts';
export { SEVERAL_ANSWERS, trainModel } from './training/training.ts';
export type { AnswerFacts, HeldOutFigures, TrainOptions, Training } from './training/training.ts';
