import { classProbabilities } from '../model/model.ts';
import { groupSplits } from './dataset.ts';
import type { LabelledFeatures, Split } from './dataset.ts';
import { fitPredictor } from './fit-predictor.ts';

/** The strongest penalty first. */
const CANDIDATES: readonly number[] = [0.1, 1, 10];
const DEFAULT_STRENGTH = 1;
const FOLDS = 3;
/** Enough to tell candidates apart, at a fraction of the time. */
const GRADIENT_TOLERANCE = 1e-4;
/** A mean log-loss this much larger is no worse: 2 % in the probability of the right class. */
const NEGLIGIBLE_LOSS = 0.02;
const SMALLEST_PROBABILITY = 1e-15;

/**
 * Chooses C by the log-loss on left-out groups: the strongest penalty that is not clearly worse than the best,
 * since the evidence to come is from other CRMs than the training. Without enough groups or classes for that,
 * C is 1.
 */
export function chooseStrength(rows: readonly LabelledFeatures[]): number {
  const splits = groupSplits(rows, FOLDS);
  if (splits.length === 0) return DEFAULT_STRENGTH;
  const losses = CANDIDATES.map((strengthC) => ({
    strengthC,
    loss: meanLossOf(splits, strengthC),
  }));
  const least = losses.reduce((found, { loss }) => Math.min(found, loss), Infinity);
  const chosen = losses.find(({ loss }) => loss <= least + NEGLIGIBLE_LOSS);
  return chosen?.strengthC ?? DEFAULT_STRENGTH;
}

function meanLossOf(splits: readonly Split[], strengthC: number): number {
  const losses = splits.flatMap(({ kept, left }) => {
    const { predictor } = fitPredictor(kept, {
      strengthC,
      gradientTolerance: GRADIENT_TOLERANCE,
    });
    return left.map(({ label, features }) => {
      const found = classProbabilities(predictor, features).find((one) => one.class === label);
      return -Math.log(Math.max(SMALLEST_PROBABILITY, found?.probability ?? 0));
    });
  });
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
