export { compareModels, lossOfClass } from './compare-models.ts';
export type {
  ClassProbabilities,
  JudgedPair,
  ModelComparison,
  RecallPair,
} from './compare-models.ts';
