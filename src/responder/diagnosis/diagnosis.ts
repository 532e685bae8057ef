export { classify } from './classify.ts';
export type { Classification } from './classify.ts';
export type { Component } from './components.ts';
export { explain } from './explain.ts';
export type { Explanation, Reason, Term } from './explain.ts';
export { extractFeatures } from './features/features.ts';
export type { Feature, FeatureLink, Features, FeatureSubject } from './features/features.ts';
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
export { decodeTrainingLines, evaluate, train } from './training/training.ts';
export type { ClassFigures, Evaluation, TrainOptions, TrainingRow } from './training/training.ts';
