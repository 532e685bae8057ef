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
  const median = quantile(sorted, 0.5);
  const interquartileRange = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  // Values at the edge of what a number can hold have no spread that could be compared.
  if (!Number.isFinite(median) || !Number.isFinite(interquartileRange)) return undefined;
  return { median, interquartileRange };
}

const MINIMUM_POINTS = 3;
/** Pairs grow with the square of the points; the newest of these tell where the series goes. */
const MAXIMUM_POINTS = 30;
const MINUTE_MS = 60_000;

/**
 * The median of the slopes between all pairs of points, per minute: up to 29 % of the points may be wild.
 * Source: Theil (1950), Sen (1968).
 * @returns null with fewer than three points, or where the slope is more than a number can hold.
 */
export function theilSenSlope(
  points: readonly { readonly atMs: number; readonly value: number }[],
): number | null {
  const newest = points.slice(-MAXIMUM_POINTS);
  if (newest.length < MINIMUM_POINTS) return null;
  const slopes: number[] = [];
  for (const [index, to] of newest.entries()) {
    for (const from of newest.slice(0, index)) {
      if (to.atMs > from.atMs) {
        slopes.push(((to.value - from.value) / (to.atMs - from.atMs)) * MINUTE_MS);
      }
    }
  }
  const median = quantile(
    slopes.toSorted((a, b) => a - b),
    0.5,
  );
  return Number.isFinite(median) ? median : null;
}
