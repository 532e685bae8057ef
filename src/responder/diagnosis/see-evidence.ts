import type { Evidence } from '../evidence/evidence.ts';
import { createPredict } from './classifier/classifiers.ts';
import type { SeenEvidence } from './drift/drift.ts';
import { extractFeatures } from './features/features.ts';
import { createObserve } from './model/model.ts';
import type { TrainedModel } from './model/model.ts';

/** Prepares a model to see much evidence for drift: without novelty and reasons, which cost most of a diagnosis. */
export function createSeeEvidence(model: TrainedModel): (evidence: Evidence) => SeenEvidence {
  const [observe, predict] = [createObserve(model), createPredict(model)];
  return (evidence) => {
    const values = [...extractFeatures(evidence).values()];
    const probabilities = predict(observe(values).row);
    return {
      values,
      probabilities: Object.fromEntries(
        model.classes.map((name, index) => [name, probabilities[index] ?? 0]),
      ),
    };
  };
}
