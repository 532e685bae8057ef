/** Quantile of sorted values by linear interpolation (type 7 of Hyndman and Fan, 1996). */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const position = (sorted.length - 1) * q;
  const lower = Math.floor(position);
  const low = sorted[lower] ?? Number.NaN;
  const high = sorted[Math.min(lower + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - lower);
}

export type RobustSummary = { readonly median: number; readonly interquartileRange: number };

/** Median and interquartile range: they survive a baseline that already holds some of the trouble. */
export function robustSummary(values: readonly number[]): RobustSummary | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    interquartileRange: quantile(sorted, 0.75) - quantile(sorted, 0.25),
  };
}
