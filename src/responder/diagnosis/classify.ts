import { NO_FAULT, PROBE_KIND_NAMES, UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer, DiagnosisClass } from '../../catalog/catalog.ts';
import type { Features } from './features/features.ts';
import { classProbabilities, noveltyOf } from './model/model.ts';
import type { ClassProbability, FaultModel, Novelty } from './model/model.ts';

export type Classification = {
  readonly answer: DiagnosisAnswer;
  /** The most probable class, which is the answer unless that is "unknown". */
  readonly likeliest: DiagnosisClass;
  /** Of the likeliest class, 0 to 1. */
  readonly probability: number;
  /** Every possible class, the most probable first; they sum to 1. */
  readonly probabilities: readonly ClassProbability[];
  readonly novelty: Novelty;
  /** Why the answer is "unknown", as a clause after "because". */
  readonly whyUnknown?: string;
};

type Judged = Omit<Classification, 'answer' | 'whyUnknown'>;

/**
 * Names the fault class that the features speak for, or "unknown" when no class is probable enough (Chow's rule,
 * 1970) or when the evidence is unlike anything in the training, where probabilities mean nothing.
 */
export function classify(model: FaultModel, features: Features): Classification {
  const probabilities = rulePossible(classProbabilities(model, features), features);
  const { class: likeliest, probability } = probabilities[0] ?? {
    class: NO_FAULT,
    probability: 0,
  };
  const judged: Judged = {
    likeliest,
    probability,
    probabilities,
    novelty: noveltyOf(model, features),
  };
  const whyUnknown = reasonForDoubt(model, judged);
  if (whyUnknown === undefined) return { ...judged, answer: likeliest };
  return { ...judged, answer: UNKNOWN_FAULT, whyUnknown };
}

/**
 * A probe that failed in all its attempts is a fault by definition, so "no fault" is no possible answer then: its
 * probability goes to the other classes in proportion. A fact, where the model has only frequencies.
 */
function rulePossible(
  probabilities: readonly ClassProbability[],
  features: Features,
): readonly ClassProbability[] {
  if (!PROBE_KIND_NAMES.some((name) => features.get(`probe:${name}:hard`)?.value === 1)) {
    return probabilities;
  }
  const possible = probabilities.filter((candidate) => candidate.class !== NO_FAULT);
  const total = possible.reduce((sum, { probability }) => sum + probability, 0);
  if (total === 0) return probabilities;
  return possible.map((candidate) => ({
    ...candidate,
    probability: candidate.probability / total,
  }));
}

function reasonForDoubt(model: FaultModel, judged: Judged): string | undefined {
  const { novelty, likeliest, probability } = judged;
  const { unknownBelowProbability, noveltyLimits } = model;
  if (novelty.abnormalCount === 0 && likeliest !== NO_FAULT) {
    return 'nothing in the evidence is out of the ordinary';
  }
  if (novelty.unseenRatio > noveltyLimits.unseenRatio) {
    const names = novelty.unseen.slice(0, 3).map((feature) => feature.name);
    return (
      `${novelty.unseen.length} of ${novelty.abnormalCount} abnormal features never occurred in ` +
      `the training (${names.join(', ')})`
    );
  }
  if (novelty.distance > noveltyLimits.distance) {
    return (
      `the evidence lies ${novelty.distance.toFixed(1)} outside the range of the training, ` +
      `more than ${noveltyLimits.distance.toFixed(1)}`
    );
  }
  if (probability < unknownBelowProbability) {
    return (
      `the likeliest class, ${likeliest}, has a probability of ${probability.toFixed(2)}, ` +
      `less than ${unknownBelowProbability.toFixed(2)}`
    );
  }
  return undefined;
}
