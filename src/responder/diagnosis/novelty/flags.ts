import type { SparseEntry, SparseMatrix } from '../logistic/logistic.ts';
import { fitSteps, isPast } from '../classifier/encoding.ts';
import type { Step } from '../classifier/encoding.ts';

/** One bit of a row: whether a feature is past a threshold. */
export type Flag = Step & { readonly feature: number };

/** The bits of a row, 32 in a number. */
export type Bits = Uint32Array;

/** As many thresholds for each feature that varies as its encoding by steps has, one at least. */
export function fitFlags(matrix: SparseMatrix): readonly Flag[] {
  return fitSteps(matrix).flatMap((steps, feature) => steps.map((step) => ({ feature, ...step })));
}

export type Flagger = (row: readonly SparseEntry[]) => Bits;

export function createFlagger(flags: readonly Flag[]): Flagger {
  const ofFeature = Map.groupBy(flags.keys(), (at) => flags[at]!.feature);
  return (row) => {
    const bits = new Uint32Array(Math.ceil(flags.length / 32));
    for (const { column, value } of row) {
      for (const at of ofFeature.get(column) ?? []) {
        if (isPast(flags[at]!, value)) bits[at >>> 5]! |= 1 << (at & 31);
      }
    }
    return bits;
  };
}

/** In how many flags two rows differ. Source: Hamming, 1950; the count of bits is that of Warren, Hacker's Delight. */
function hammingDistance(a: Bits, b: Bits): number {
  let count = 0;
  for (let at = 0; at < a.length; at++) {
    let word = a[at]! ^ b[at]!;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/** The distance to the nearest of them; Infinity when there is none. */
export function nearest(bits: Bits, seen: Iterable<Bits>): number {
  let least = Infinity;
  for (const other of seen) least = Math.min(least, hammingDistance(bits, other));
  return least;
}
