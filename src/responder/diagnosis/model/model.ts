export { decodeModel, encodeModel } from './decode-model.ts';
export { describeModel } from './describe-model.ts';
export type { ClassDescription, ModelDescription, WeightedFeature } from './describe-model.ts';
export { describeDoubt } from './describe-doubt.ts';
export { createJudge } from './judge.ts';
export type { Doubt, Judge, JudgeParts, Judgement, NamedClass, Observation } from './judge.ts';
export { createObserve } from './observe.ts';
export type { NamedValue, Observe } from './observe.ts';
export { binOf, referenceOf } from './reference.ts';
export type { FeatureReference, Reference } from './reference.ts';
export { MODEL_SCHEMA } from './trained-model.ts';
export type {
  CoincidenceFacts,
  EvaluationFacts,
  ModelKind,
  TrainedModel,
  TrainingFacts,
} from './trained-model.ts';
