import { sha256Hex } from '../../../std/std.ts';
import { MODEL_SCHEMA } from '../model/model.ts';
import type { FaultModel, NoveltyLimits } from '../model/model.ts';
import { groupsOf, hashOf } from './dataset.ts';
import type { LabelledFeatures } from './dataset.ts';
import { fitPredictor } from './fit-predictor.ts';
import { chooseStrength } from './strength.ts';

export type TrainOptions = {
  /** Inverse strength of the penalty; chosen on left-out groups unless given. */
  readonly strengthC?: number;
  /** Chow's rule: below this probability the answer is "unknown". */
  readonly unknownBelowProbability?: number;
  readonly noveltyLimits?: NoveltyLimits;
  /** Of the evaluation; with more groups than this, folds leave out several groups. */
  readonly maximumFolds?: number;
};

const DEFAULT_UNKNOWN_BELOW_PROBABILITY = 0.5;
/** Six scales outside the range of the training, or every third abnormal feature never seen. */
const DEFAULT_NOVELTY_LIMITS: NoveltyLimits = { distance: 6, unseenRatio: 0.34 };

/** Trains without evaluating. The same rows in the same order give the same model to the bit. */
export function trainOn(rows: readonly LabelledFeatures[], options: TrainOptions): FaultModel {
  const strengthC = options.strengthC ?? chooseStrength(rows);
  const { predictor, fit } = fitPredictor(rows, { strengthC });
  const sha256 = hashOf(rows);
  const judgement = {
    unknownBelowProbability: options.unknownBelowProbability ?? DEFAULT_UNKNOWN_BELOW_PROBABILITY,
    noveltyLimits: options.noveltyLimits ?? DEFAULT_NOVELTY_LIMITS,
  };
  const identity = sha256Hex(JSON.stringify([MODEL_SCHEMA, sha256, strengthC, judgement]));
  return {
    schema: MODEL_SCHEMA,
    id: identity.slice(0, 12),
    ...predictor,
    ...judgement,
    training: {
      rows: rows.length,
      groups: groupsOf(rows).length,
      sha256,
      strengthC,
      converged: fit.converged,
      gradientNorm: fit.gradientNorm,
      iterations: fit.iterations,
    },
    evaluation: null,
  };
}
