/**
 * The novelty that at most this share of rows of known classes exceeds: the value of rank ⌈(n + 1)(1 − share)⌉ among n rows
 * that were left out. With too few rows to tell there is no limit but the end of the scale.
 * Source: Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005, section 2.2 (conformal prediction).
 */
export function noveltyLimitOf(scores: readonly number[], falseUnknownRatio: number): number {
  const sorted = scores.toSorted((a, b) => a - b);
  return sorted[Math.ceil((sorted.length + 1) * (1 - falseUnknownRatio)) - 1] ?? 1;
}
