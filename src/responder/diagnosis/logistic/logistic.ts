export { fitLogistic } from './fit.ts';
export type { LogisticFit, LogisticOptions, Solver } from './fit.ts';
export { matrixFromRows } from './matrix.ts';
export type { DenseMatrix } from './matrix.ts';
export { createLogisticObjective, outputCount } from './objective.ts';
export { logisticProbabilities, logisticScores, scoresToProbabilities } from './predict.ts';
export type { LogisticParameters } from './predict.ts';
