export { createPredict } from './classifier.ts';
export type { Calibration, Classifier, Predict } from './classifier.ts';
export { ENCODING_KINDS } from './encoding.ts';
export type { EncodingKind } from './encoding.ts';
export { evaluateTable } from './evaluate-table.ts';
export type { TableEvaluation, TableEvaluationOptions } from './evaluate-table.ts';
export { fitClassifier } from './fit-classifier.ts';
export type { FitOptions, FittedClassifier, Recipe, Trial } from './fit-classifier.ts';
