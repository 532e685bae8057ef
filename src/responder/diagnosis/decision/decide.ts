/** What an answer costs when another class is the right one. */
export type Cost = {
  readonly actual: string;
  /** A class, or "unknown". */
  readonly answer: string;
  /** In units of a wrong answer: 1 for every pair that is not named, and 0.5 for "unknown". Never below 0. */
  readonly cost: number;
};

export const UNKNOWN_ANSWER = 'unknown';
const WRONG_COST = 1;
/** Half a wrong answer, so that without other costs a class is named from a probability of one half on. */
const DEFAULT_UNKNOWN_COST = 0.5;

/** Costs of all answers to rows of all classes; the last column is that of "unknown". */
export type CostMatrix = {
  readonly classCount: number;
  /** Row-major: of class k answered as a, at `k * (classCount + 1) + a`. */
  readonly values: Float64Array;
};

export function costMatrix(classes: readonly string[], costs: readonly Cost[]): CostMatrix {
  const [count, stride] = [classes.length, classes.length + 1];
  const values = new Float64Array(count * stride).fill(WRONG_COST);
  for (let k = 0; k < count; k++) {
    values[k * stride + k] = 0;
    values[k * stride + count] = DEFAULT_UNKNOWN_COST;
  }
  for (const { actual, answer, cost } of costs) {
    const row = classes.indexOf(actual);
    const column = answer === UNKNOWN_ANSWER ? count : classes.indexOf(answer);
    if (row >= 0 && column >= 0) values[row * stride + column] = cost;
  }
  return { classCount: count, values };
}

export type Decision = {
  /** Index of the class to name. */
  readonly answer: number;
  /** What naming it is expected to cost. */
  readonly expectedCost: number;
  /** What "unknown" is expected to cost; the better answer when it is less. */
  readonly unknownCost: number;
};

/**
 * The answer with the least expected cost Σₖ pₖ·cost(k, answer). With the costs that are there unless others are given
 * this is Chow's rule: the likeliest class from a probability of one half on, otherwise "unknown".
 * Source: Chow, On Optimum Recognition Error and Reject Tradeoff, 1970.
 */
export function decide(probabilities: ArrayLike<number>, costs: CostMatrix): Decision {
  const { classCount, values } = costs;
  const expected = new Float64Array(classCount + 1);
  for (let k = 0; k < classCount; k++) {
    for (let answer = 0; answer <= classCount; answer++) {
      expected[answer]! += probabilities[k]! * values[k * (classCount + 1) + answer]!;
    }
  }
  let best = 0;
  for (let answer = 1; answer < classCount; answer++) {
    const difference =
      expected[answer]! - expected[best]! || probabilities[best]! - probabilities[answer]!;
    if (difference < 0) best = answer;
  }
  return { answer: best, expectedCost: expected[best]!, unknownCost: expected[classCount]! };
}
