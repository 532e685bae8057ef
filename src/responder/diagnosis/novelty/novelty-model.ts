import type { EncodedClaims } from '../classifier/claims.ts';
import type { Flag } from './flags.ts';

/**
 * What tells that a row is like nothing in the training, where probabilities mean nothing: a softmax shares all of its
 * probability out among the classes that it knows, also far away from all of them. Plain JSON: written and read back it
 * gives the same scores to the bit.
 */
export type NoveltyModel = EncodedClaims & {
  readonly flags: readonly Flag[];
  /** Flags of the distinct rows of the training, packed as `createFlagger` does, in Base64. */
  readonly seen: readonly string[];
  /** For each feature, between which values all rows of the training lie. */
  readonly ranges: { readonly minima: readonly number[]; readonly maxima: readonly number[] };
  /** What rows of the known classes had that were left out of the training, rising. */
  readonly references: NoveltyReferences;
};

export type NoveltyReferences = {
  readonly unclaimed: readonly number[];
  readonly distances: readonly number[];
};
