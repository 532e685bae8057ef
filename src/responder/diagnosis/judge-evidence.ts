import type { DiagnosisAnswer } from '../../catalog/catalog.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { createClassify } from './classify.ts';
import { extractFeatures } from './features/features.ts';
import type { TrainedModel } from './model/model.ts';
import type { ClassProbabilities } from './promotion/promotion.ts';

/** The bare judgement about one evidence, to compare models by. */
export type EvidenceJudgement = {
  readonly answer: DiagnosisAnswer;
  readonly probabilities: ClassProbabilities;
};

/**
 * Prepares a model of evidence for many judgements.
 * @throws CrmwatchError model_incompatible, when it is used, for weights so large that no probabilities come of them.
 */
export function createJudgeEvidence(
  model: TrainedModel,
): (evidence: Evidence) => EvidenceJudgement {
  const classify = createClassify(model);
  return (evidence) => {
    const { answer, probabilities } = classify(extractFeatures(evidence));
    if (!probabilities.every(({ probability }) => Number.isFinite(probability))) {
      throw new CrmwatchError('model_incompatible', `model ${model.id} gives no probabilities`, {
        remedy: 'train the model again: crmwatch train',
      });
    }
    return {
      answer,
      probabilities: Object.fromEntries(
        probabilities.map(({ class: name, probability }) => [name, probability]),
      ),
    };
  };
}
