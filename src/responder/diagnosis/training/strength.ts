import { classProbabilities } from '../model/model.ts';
import { groupSplits } from './dataset.ts';
import type { LabelledFeatures } from './dataset.ts';
import { fitPredictor } from './fit-predictor.ts';

const CANDIDATES: readonly number[] = [0.1, 1, 10];
const DEFAULT_STRENGTH = 1;
const FOLDS = 3;
/** Enough to tell candidates apart, at a fraction of the time. */
const GRADIENT_TOLERANCE = 1e-4;
const SMALLEST_PROBABILITY = 1e-15;

/**
 * Chooses C by the log-loss on left-out groups, the strongest penalty among equals. Without enough groups or
 * classes for that, C is 1.
 */
export function chooseStrength(rows: readonly LabelledFeatures[]): number {
  const splits = groupSplits(rows, FOLDS);
  let best = { strengthC: DEFAULT_STRENGTH, loss: Infinity };
  for (const strengthC of CANDIDATES) {
    let loss = 0;
    for (const { kept, left } of splits) {
      const { predictor } = fitPredictor(kept, {
        strengthC,
        gradientTolerance: GRADIENT_TOLERANCE,
      });
      for (const { label, features } of left) {
        const found = classProbabilities(predictor, features).find((one) => one.class === label);
        loss -= Math.log(Math.max(SMALLEST_PROBABILITY, found?.probability ?? 0));
      }
    }
    if (loss < best.loss) best = { strengthC, loss };
  }
  return best.strengthC;
}
