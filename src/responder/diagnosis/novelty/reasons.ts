import type { SparseEntry } from '../logistic/logistic.ts';
import { createFlagger, layOut, weightOf } from './flags.ts';
import type { Bits, Layout } from './flags.ts';
import { seenRows } from './novelty.ts';
import type { NoveltyModel } from './novelty-model.ts';
import { createOutside } from './ranges.ts';
import { nearestTo } from './seen-rows.ts';

/** A feature by which a row differs from what was seen. */
export type NoveltyReason = {
  /** Index of the feature. */
  readonly feature: number;
  readonly value: number;
  /**
   * `unseen`: outside of all values of the training, which lie from `from` to `to`. `unlike_nearest`: in the row of the
   * training that is most like this one it lies between the thresholds `from` and `to`; null where there is none.
   */
  readonly kind: 'unseen' | 'unlike_nearest';
  readonly from: number | null;
  readonly to: number | null;
};

/**
 * What is said for a row that is called unknown: values that were never seen first, then the features in which it
 * differs from the row of the training that is most like it, the largest share of the distance first. It may be empty:
 * a row can be claimed by no class although each of its values is common.
 */
export type NoveltyReasons = (row: readonly SparseEntry[]) => readonly NoveltyReason[];

export function createNoveltyReasons(model: NoveltyModel): NoveltyReasons {
  const layout = layOut(model.flags);
  const flagsOf = createFlagger(layout);
  const seen = seenRows(model, layout);
  const outsideOf = createOutside(model.ranges);
  const { minima, maxima } = model.ranges;
  return (row) => {
    const unseen = outsideOf(row).map(({ column, value }): NoveltyReason => {
      const [from, to] = [minima[column]!, maxima[column]!];
      return { feature: column, value, kind: 'unseen', from, to };
    });
    const named = new Set(unseen.map(({ feature }) => feature));
    const bits = flagsOf(row);
    const { index } = nearestTo(bits, seen, layout);
    const nearest = seen.bits.subarray(index * layout.words, (index + 1) * layout.words);
    const values = new Map(row.map(({ column, value }) => [column, value]));
    const others = index < 0 ? [] : differencesOf(layout, bits, nearest);
    return [
      ...unseen.toSorted((a, b) => a.feature - b.feature),
      ...others
        .filter(({ feature }) => !named.has(feature))
        .map(({ feature }): NoveltyReason => {
          const value = values.get(feature) ?? 0;
          return { feature, value, kind: 'unlike_nearest', ...between(layout, feature, nearest) };
        }),
    ];
  };
}

type Difference = { readonly feature: number; readonly weight: number };

function differencesOf({ ofFeature }: Layout, a: Bits, b: Bits): readonly Difference[] {
  const differences = [...ofFeature].map(([feature, flags]): Difference => {
    const differing = flags.filter(({ bit }) => isSet(a, bit) !== isSet(b, bit)).length;
    return { feature, weight: differing * weightOf(flags.length) };
  });
  return differences
    .filter(({ weight }) => weight > 0)
    .toSorted((first, second) => second.weight - first.weight || first.feature - second.feature);
}

function isSet(bits: Bits, bit: number): boolean {
  return (bits[bit >>> 5]! & (1 << (bit & 31))) !== 0;
}

/** Between which thresholds of a feature a row lies. */
function between(
  { ofFeature }: Layout,
  feature: number,
  bits: Bits,
): Pick<NoveltyReason, 'from' | 'to'> {
  let from: number | null = null;
  let to: number | null = null;
  for (const { form, threshold, bit } of ofFeature.get(feature) ?? []) {
    const isHigher = isSet(bits, bit) === (form === 'above');
    if (isHigher) from = from === null ? threshold : Math.max(from, threshold);
    else to = to === null ? threshold : Math.min(to, threshold);
  }
  return { from, to };
}
