export { fitLogistic } from './fit.ts';
export type { ClassWeights, LogisticFit, LogisticOptions, Solver } from './fit.ts';
export { matrixFromRows, sparseFromEntries } from './matrix.ts';
export type { DenseMatrix, Matrix, SparseEntry, SparseMatrix } from './matrix.ts';
export { createLogisticObjective, outputCount } from './objective.ts';
export { logisticProbabilities, logisticScores, scoresToProbabilities } from './predict.ts';
export type { LogisticParameters } from './predict.ts';
