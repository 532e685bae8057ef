import type { SparseEntry } from '../logistic/logistic.ts';
import { createClaimScores } from '../classifier/claims.ts';
import type { EncodedClaims } from '../classifier/claims.ts';
import { createFlagger, layOut } from './flags.ts';
import type { Layout } from './flags.ts';
import type { NoveltyModel, NoveltyReferences } from './novelty-model.ts';
import { createOutside, outsideDistance } from './ranges.ts';
import { joinRows, nearestTo, unpackBits } from './seen-rows.ts';
import type { SeenRows } from './seen-rows.ts';
import { harmonicMean, tailProbability } from './tail.ts';

export type NoveltyParts = {
  /** Minus the log-odds with which a class claims the row for itself, of the class with the largest. */
  readonly unclaimed: number;
  /** By how many flags, in their weights, it differs from the rows of the training that are most like it. */
  readonly distance: number;
};

/** 0 to 1: 1 minus the harmonic mean of how probable such parts are in rows of known classes that were left out. */
export type Novelty = (row: readonly SparseEntry[]) => number;

export function createNovelty(model: NoveltyModel): Novelty {
  const unclaimedOf = createUnclaimed(model);
  const distanceOf = createDistance(model);
  return (row) =>
    scoreOf({ unclaimed: unclaimedOf(row), distance: distanceOf(row) }, model.references);
}

export function scoreOf(
  { unclaimed, distance }: NoveltyParts,
  references: NoveltyReferences,
): number {
  return (
    1 -
    harmonicMean([
      tailProbability(references.unclaimed, unclaimed),
      tailProbability(references.distances, distance),
    ])
  );
}

type Part = (row: readonly SparseEntry[]) => number;

export function createUnclaimed(claims: EncodedClaims): Part {
  const scoresOf = createClaimScores(claims);
  return (row) => -scoresOf(row).reduce((a, b) => Math.max(a, b), -Infinity);
}

function createDistance(model: NoveltyModel): Part {
  const layout = layOut(model.flags);
  const flagsOf = createFlagger(layout);
  const seen = seenRows(model, layout);
  const outsideOf = createOutside(model.ranges);
  return (row) => {
    const outside = outsideOf(row).map(({ column }) => column);
    return nearestTo(flagsOf(row), seen, layout).distance + outsideDistance(outside, layout);
  };
}

export function seenRows({ seen }: Pick<NoveltyModel, 'seen'>, layout: Layout): SeenRows {
  const rows = seen.map((text) => unpackBits(text, layout.words));
  return joinRows(
    rows.filter((row) => row !== undefined),
    layout.words,
  );
}
