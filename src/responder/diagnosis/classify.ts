import { NO_FAULT, PROBE_KIND_NAMES, UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import type { DiagnosisAnswer, DiagnosisClass } from '../../catalog/catalog.ts';
import type { Feature, Features } from './features/features.ts';
import { createJudge, createObserve, describeDoubt } from './model/model.ts';
import type { TrainedModel } from './model/model.ts';

export type ClassProbability = { readonly class: DiagnosisClass; readonly probability: number };

export type Classification = {
  readonly answer: DiagnosisAnswer;
  /** Classes that hold as well, where faults coincide; the surest first. */
  readonly also: readonly ClassProbability[];
  /** The class that would be named without doubt, which is the answer unless that is "unknown". */
  readonly likeliest: DiagnosisClass;
  /** Of the likeliest class, 0 to 1: among all classes, or for itself where others hold as well. */
  readonly probability: number;
  /** Every possible class, the most probable first; they sum to 1. */
  readonly probabilities: readonly ClassProbability[];
  /** 0 to 1: how unlike the training the evidence is. */
  readonly novelty: number;
  /** Names of abnormal features that the training never had. */
  readonly unseen: readonly string[];
  /** Why the answer is "unknown", as a clause after "because". */
  readonly whyUnknown?: string;
};

/** Names the fault class that features speak for, or "unknown". */
export type Classify = (features: Features) => Classification;

/** What is out of the ordinary may be new to a model; all else says nothing by being there. */
export function isAbnormal({ subject }: Feature): boolean {
  return subject.abnormal;
}

/**
 * Prepares a model of evidence. The answer is "unknown" when naming a class is expected to cost more than naming none, or
 * when the evidence is unlike anything in the training, where probabilities mean nothing.
 */
export function createClassify(model: TrainedModel): Classify {
  const [judge, observe] = [createJudge(model), createObserve(model)];
  const classes = model.classes as readonly DiagnosisClass[];
  const noFault = classes.indexOf(NO_FAULT);
  return (features) => {
    const observation = observe(features.values(), isAbnormal);
    const impossible = hasHardFailure(features) && noFault >= 0 ? new Set([noFault]) : undefined;
    const judgement = judge(observation, impossible);
    const { answers, candidate, probabilities, novelty, unseen, doubt } = judgement;
    const likeliest = classes[candidate.index] ?? NO_FAULT;
    const judged = {
      likeliest,
      also: answers.slice(1).map(({ index, probability }) => ({
        class: classes[index] ?? NO_FAULT,
        probability,
      })),
      probability: candidate.probability,
      probabilities: rank(classes, probabilities, impossible),
      novelty,
      unseen,
    };
    const whyUnknown =
      observation.factCount === 0 && likeliest !== NO_FAULT
        ? 'nothing in the evidence is out of the ordinary'
        : doubt === null
          ? undefined
          : describeDoubt(doubt, judgement, model);
    if (whyUnknown === undefined) return { ...judged, answer: likeliest };
    return { ...judged, answer: UNKNOWN_FAULT, whyUnknown };
  };
}

/**
 * A probe that failed in all its attempts is a fault by definition, so "no fault" is no possible answer then. A fact,
 * where the model has only frequencies.
 */
function hasHardFailure(features: Features): boolean {
  return PROBE_KIND_NAMES.some((name) => features.get(`probe:${name}:hard`)?.value === 1);
}

function rank(
  classes: readonly DiagnosisClass[],
  probabilities: Float64Array,
  impossible: ReadonlySet<number> | undefined,
): readonly ClassProbability[] {
  return classes
    .flatMap((name, index) =>
      impossible?.has(index) && probabilities[index] === 0
        ? []
        : [{ class: name, probability: probabilities[index] ?? 0 }],
    )
    .toSorted((a, b) => b.probability - a.probability);
}
