import { createSeededRandom } from '../../../std/std.ts';
import { percentiles } from './bootstrap.ts';
import type { BootstrapOptions, Interval } from './bootstrap.ts';

/** What two models lost on the same row. */
export type LossPair = {
  readonly group: string;
  readonly first: number;
  readonly second: number;
};

export type PairedDifference = {
  /** Mean of first − second: above 0 when the second model loses less. */
  readonly difference: number;
  readonly interval: Interval;
};

const DEFAULT_DRAWS = 2000;

/**
 * The mean difference of two losses with a percentile interval by the paired bootstrap over groups: each draw takes both
 * losses of a row or neither, so what makes a row hard for both models cancels out. Deterministic by its seed.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 8 and 13.
 * @param pairs at least one.
 */
export function pairedBootstrap(
  pairs: readonly LossPair[],
  { repetitions = DEFAULT_DRAWS, level = 0.95, seed = 1 }: BootstrapOptions = {},
): PairedDifference {
  const random = createSeededRandom(seed);
  const groups = [...Map.groupBy(pairs, ({ group }) => group).values()].map((rows) => ({
    sum: rows.reduce((sum, { first, second }) => sum + first - second, 0),
    count: rows.length,
  }));
  const draw = (): number => {
    let [sum, count] = [0, 0];
    for (let taken = 0; taken < groups.length; taken++) {
      const group = groups[Math.floor(random.next() * groups.length)]!;
      sum += group.sum;
      count += group.count;
    }
    return sum / count;
  };
  const total = groups.reduce((sum, group) => sum + group.sum, 0);
  const interval = percentiles(Array.from({ length: repetitions }, draw), level);
  return { difference: total / pairs.length, interval: interval ?? { low: 0, high: 0 } };
}
