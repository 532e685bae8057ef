import type { SparseEntry } from '../logistic/logistic.ts';
import { scoresOf } from '../classifier/classifier.ts';
import { createEncoder } from '../classifier/encoding.ts';
import type { Encoding } from '../classifier/encoding.ts';
import { createFlagger, nearest } from './flags.ts';
import type { Bits, Flag } from './flags.ts';

/**
 * What tells that a row is like nothing in the training, where probabilities mean nothing: a softmax shares all of its
 * probability out among the classes that it knows, also far away from all of them.
 */
export type NoveltyModel = {
  readonly encoding: Encoding;
  /** A logistic regression of each class against all others; each may say no. */
  readonly claims: {
    readonly weights: readonly (readonly number[])[];
    readonly intercepts: readonly number[];
  };
  readonly flags: readonly Flag[];
  /** Flags of the distinct rows of the training. */
  readonly seen: readonly Bits[];
  /** What rows of the known classes had that were left out of the training, rising. */
  readonly references: { readonly unclaimed: Float64Array; readonly distances: Float64Array };
};

export type NoveltyParts = {
  /** 1 − the largest probability with which a class claims the row for itself. */
  readonly unclaimed: number;
  /** Flags in which it differs from the row of the training that is most like it. */
  readonly distance: number;
};

/** 0 to 1: the larger of the shares of left-out rows that were claimed better, and that lay nearer. */
export type Novelty = (row: readonly SparseEntry[]) => number;

export function createNovelty(model: NoveltyModel): Novelty {
  const partsOf = createParts(model);
  return (row) => noveltyOf(partsOf(row), model.references);
}

export function noveltyOf(
  { unclaimed, distance }: NoveltyParts,
  references: NoveltyModel['references'],
): number {
  return Math.max(
    shareBelow(references.unclaimed, unclaimed),
    shareBelow(references.distances, distance),
  );
}

export function createParts(
  model: Pick<NoveltyModel, 'encoding' | 'claims' | 'flags' | 'seen'>,
): (row: readonly SparseEntry[]) => NoveltyParts {
  const { claims, seen } = model;
  const encode = createEncoder(model.encoding);
  const flagsOf = createFlagger(model.flags);
  return (row) => {
    const encoded = encode(row);
    const highest = scoresOf(claims, encoded).reduce(
      (most, score) => Math.max(most, score),
      -Infinity,
    );
    return { unclaimed: 1 / (1 + Math.exp(highest)), distance: nearest(flagsOf(row), seen) };
  };
}

/** Share of rising values that lie below this one. */
function shareBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return sorted.length === 0 ? 0 : low / sorted.length;
}
