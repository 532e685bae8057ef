import type { SparseEntry } from '../logistic/logistic.ts';
import type { NoveltyModel } from '../novelty/novelties.ts';
import { signedLog } from '../signed-log.ts';

export type Excess = {
  /** Index of the feature. */
  readonly feature: number;
  readonly value: number;
  /** The smallest and the largest value that it had in the training. */
  readonly least: number;
  readonly most: number;
  /** How far beyond its range, as a multiple of the width of the range; both of signed logarithms. */
  readonly widths: number;
};

/** The feature that lies furthest beyond its range; undefined when none does. Constant features have no width. */
export function largestExcess(
  row: readonly SparseEntry[],
  { minima, maxima }: NoveltyModel['ranges'],
): Excess | undefined {
  let found: Excess | undefined;
  for (const { column: feature, value } of row) {
    const [least, most] = [minima[feature]!, maxima[feature]!];
    if ((value >= least && value <= most) || least === most) continue;
    const beyond =
      value > most ? signedLog(value) - signedLog(most) : signedLog(least) - signedLog(value);
    const widths = beyond / (signedLog(most) - signedLog(least));
    if (found === undefined || widths > found.widths) {
      found = { feature, value, least, most, widths };
    }
  }
  return found;
}
