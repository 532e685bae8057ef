export { decodeModel, encodeModel } from './decode-model.ts';
export { DIAGNOSIS_CLASSES, MODEL_SCHEMA } from './fault-model.ts';
export type {
  EvaluationFacts,
  FaultModel,
  NoveltyLimits,
  Predictor,
  TrainingFacts,
} from './fault-model.ts';
export { classProbabilities, featureValue, noveltyOf, standardise } from './predict.ts';
export type { ClassProbability, Novelty } from './predict.ts';
