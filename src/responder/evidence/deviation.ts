export type Side = 'above' | 'below' | 'both';

/** What was usual before the onset. */
export type Usual = { readonly median: number; readonly spread: number };

export type WorstDeviation = {
  /** In spreads; more than 0. */
  readonly score: number;
  readonly isRise: boolean;
  /** The value that deviates most. */
  readonly worst: number;
  /** When the trouble began: from here on, half of the largest deviation was reached. */
  readonly sinceMs: number;
};

/** The spread is never taken for less than this share of the median. */
const MEDIAN_SHARE = 0.01;

/**
 * The spread of a baseline: its interquartile range, at least 1 % of its median, and at least `floor`, which a caller
 * gives who knows the unit. Source: the robust scorer of BARO (Pham et al., FSE 2024), with floors.
 */
export function usualSpread(interquartileRange: number, median: number, floor = 0): number {
  return Math.max(interquartileRange, MEDIAN_SHARE * Math.abs(median), floor);
}

/**
 * The largest deviation from the median among the points from `first` on, and when it began. A deviation that was there
 * already when the onset is said to have been began earlier: onsets come late. NaN is a gap.
 * @param times milliseconds, rising; one per value.
 * @returns undefined when no value deviates to that side.
 */
export function worstDeviation(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  first: number,
  { median, spread }: Usual,
  side: Side = 'both',
): WorstDeviation | undefined {
  const [up, down] = [side === 'below' ? 0 : 1, side === 'above' ? 0 : 1];
  let largest = 0;
  let worst = median;
  for (let at = first; at < values.length; at++) {
    const difference = values[at]! - median;
    const size = Math.max(up * difference, down * -difference);
    if (size > largest) [largest, worst] = [size, values[at]!];
  }
  if (largest === 0) return undefined;
  const isRise = worst > median;
  const isPast = (at: number): boolean =>
    (isRise ? values[at]! - median : median - values[at]!) >= largest / 2;
  let beginning = first;
  while (!isPast(beginning)) beginning++;
  if (beginning === first) while (beginning > 0 && isPast(beginning - 1)) beginning--;
  return { score: largest / spread, isRise, worst, sinceMs: times[beginning]! };
}
