/** From which share of the largest references the tail beyond them is told. */
const TAIL_SHARE = 0.05;
const LEAST_TAIL = 5;
/** Beyond this nothing is known, and a part that said 0 would leave the others no say. */
const LEAST = 1e-9;

/**
 * How probable it is that a row like the references has at least this value: the conformal p-value, (1 + references that
 * are no smaller) / (1 + references), by which ties are counted for the row (Vovk, Gammerman and Shafer, 2005). Beyond
 * the largest reference it falls on as an exponential through the mean excess of the upper 5 %, so that rows far away
 * are still told apart (peaks over a threshold: Pickands, 1975, with shape 0).
 * @param references rising; when there are none, the answer is 1.
 */
export function tailProbability(references: readonly number[], value: number): number {
  const { length } = references;
  const ranked = (1 + length - countBelow(references, value)) / (1 + length);
  const tail = Math.max(LEAST_TAIL, Math.ceil(TAIL_SHARE * length));
  if (length <= tail || value <= references[length - 1]!) return ranked;
  const base = references[length - tail - 1]!;
  const upper = references.slice(length - tail);
  const excess = upper.reduce((sum, one) => sum + (one - base), 0) / tail;
  const extended = ((tail + 1) / (length + 1)) * Math.exp(-(value - base) / excess);
  return Math.max(LEAST, Math.min(ranked, extended));
}

/** How many of some rising values lie below this one. */
function countBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The harmonic mean of p-values that may depend on each other. It is small when one of them is, as a smallest p-value
 * is, and of rows that are alike in that the others decide. Source: Wilson, PNAS 116 (2019) 1195–1200.
 */
export function harmonicMean(probabilities: readonly number[]): number {
  return probabilities.length / probabilities.reduce((sum, one) => sum + 1 / one, 0);
}
