/** Scores of one row, one per class, with the index of the right class. */
export type ScoredRow = { readonly actual: number; readonly scores: ArrayLike<number> };

const SMALLEST_TEMPERATURE = 0.05;
const LARGEST_TEMPERATURE = 20;
const ITERATIONS = 100;
const TOLERANCE = 1e-12;

/**
 * The temperature T for which softmax(scores / T) has the smallest log-loss: above 1 where the scores claim too much.
 * One number cannot change the order of the classes. Fit it on scores of rows that the model had not seen.
 *
 * The loss is convex in 1/T; its derivative, Σᵢ (Σₖ pᵢₖ sᵢₖ − s of the right class), is brought to 0 by bisection,
 * within 0.05 and 20. Where all rows are right there is no smallest loss, and nothing but certainty would do. That n rows were
 * right does not make the next one certain: then the right class counts for (n + ½)/(n + 1) of a row, all others share the rest.
 * Sources: Guo et al., On Calibration of Modern Neural Networks, 2017, section 4.2; Krichevsky and Trofimov, The
 * Performance of Universal Encoding, 1981.
 */
export function fitTemperature(rows: readonly ScoredRow[]): number {
  if (rows.length === 0) return 1;
  let low = 1 / LARGEST_TEMPERATURE;
  let high = 1 / SMALLEST_TEMPERATURE;
  const doubt = slopeAt(rows, high, 0) <= 0 ? 0.5 / (rows.length + 1) : 0;
  if (slopeAt(rows, low, doubt) >= 0) return LARGEST_TEMPERATURE;
  if (slopeAt(rows, high, doubt) <= 0) return SMALLEST_TEMPERATURE;
  for (let iteration = 0; iteration < ITERATIONS && high - low > TOLERANCE; iteration++) {
    const middle = (low + high) / 2;
    if (slopeAt(rows, middle, doubt) > 0) high = middle;
    else low = middle;
  }
  return 2 / (low + high);
}

/** Derivative of the mean log-loss by the inverse temperature. */
function slopeAt(rows: readonly ScoredRow[], inverse: number, doubt: number): number {
  let slope = 0;
  for (const { actual, scores } of rows) {
    let largest = -Infinity;
    for (let k = 0; k < scores.length; k++) largest = Math.max(largest, scores[k]!);
    let total = 0;
    let weighted = 0;
    let sum = 0;
    for (let k = 0; k < scores.length; k++) {
      const share = Math.exp(inverse * (scores[k]! - largest));
      total += share;
      weighted += share * scores[k]!;
      sum += scores[k]!;
    }
    const ofOthers = (sum - scores[actual]!) / (scores.length - 1);
    slope += weighted / total - (1 - doubt) * scores[actual]! - doubt * ofOthers;
  }
  return slope / rows.length;
}
