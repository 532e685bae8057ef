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

/**
 * What one flag counts. A feature with many thresholds would outweigh one that is there or not; like this each feature
 * has about the same spread: of n independent flags of weight 1/√n the variance does not grow with n.
 */
export function weightOf(steps: number): number {
  return 1 / Math.sqrt(Math.max(1, steps));
}

/** Words with flags of one weight alone, so that their bits can be counted at once. */
export type Segment = { readonly from: number; readonly to: number; readonly weight: number };

export type Layout = {
  /** By rising number of steps of their features. */
  readonly segments: readonly Segment[];
  readonly words: number;
  /** Flags of each feature that has any, in their order, with their bits. */
  readonly ofFeature: ReadonlyMap<number, readonly (Step & { readonly bit: number })[]>;
};

/** Deals bits out to flags: features with the same number of thresholds have theirs in the same words. */
export function layOut(flags: readonly Flag[]): Layout {
  const features = Map.groupBy(flags, ({ feature }) => feature);
  const bySteps = Map.groupBy(features, ([, steps]) => steps.length);
  const ofFeature = new Map<number, readonly (Step & { readonly bit: number })[]>();
  const segments: Segment[] = [];
  let words = 0;
  for (const [steps, alike] of [...bySteps].toSorted(([a], [b]) => a - b)) {
    let bit = words * 32;
    for (const [feature, own] of alike) {
      ofFeature.set(
        feature,
        own.map((flag) => ({ form: flag.form, threshold: flag.threshold, bit: bit++ })),
      );
    }
    const needed = Math.ceil((alike.length * steps) / 32);
    segments.push({ from: words, to: words + needed, weight: weightOf(steps) });
    words += needed;
  }
  // One word at least, so that a row is never an empty text.
  return { segments, words: Math.max(1, words), ofFeature };
}

export type Flagger = (row: readonly SparseEntry[]) => Bits;

export function createFlagger({ ofFeature, words }: Layout): Flagger {
  return (row) => {
    const bits = new Uint32Array(words);
    for (const { column, value } of row) {
      for (const flag of ofFeature.get(column) ?? []) {
        if (isPast(flag, value)) bits[flag.bit >>> 5]! |= 1 << (flag.bit & 31);
      }
    }
    return bits;
  };
}

/**
 * In how many flags two rows differ (Hamming, 1950), each by its weight. Bits are counted as whole numbers first, so
 * that the sum does not depend on the order of the features.
 * @param other rows one after the other, of which the one at `index` is meant.
 * @returns the distance, or some number of at least `enough` when it is no less than that.
 */
export function distanceTo(
  bits: Bits,
  other: Bits,
  index: number,
  { segments, words }: Pick<Layout, 'segments' | 'words'>,
  enough: number = Infinity,
): number {
  const shift = index * words;
  let distance = 0;
  // The innermost loops of a score: an iterator here would cost as much as all of the counting.
  for (let at = 0; at < segments.length && distance < enough; at++) {
    const { from, to, weight } = segments[at]!;
    let count = 0;
    for (let word = from; word < to; word++) count += countBits(bits[word]! ^ other[shift + word]!);
    distance += count * weight;
  }
  return distance;
}

/** The number of bits that are set. Source: Warren, Hacker's Delight, 5-1. */
function countBits(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
