/** The package has no types of its own; these are of what the bench calls. */
declare module 'ml-logistic-regression' {
  import type { Matrix } from 'ml-matrix';

  export default class LogisticRegression {
    constructor(options?: { readonly numSteps?: number; readonly learningRate?: number });
    train(rows: Matrix, labels: Matrix): void;
    predict(rows: Matrix): number[];
  }
}
