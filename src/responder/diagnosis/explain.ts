import type { DiagnosisClass } from '../../catalog/catalog.ts';
import { CrmwatchError } from '../../std/std.ts';
import { createExplainRow } from './classifier/classifiers.ts';
import type { FeatureSubject, Features } from './features/features.ts';
import { createObserve } from './model/model.ts';
import type { TrainedModel } from './model/model.ts';

/** The part of one feature in the score, in log-odds. */
export type Term = {
  readonly feature: string;
  readonly value: number;
  readonly contribution: number;
};

/** All terms that encode one fact. */
export type Reason = {
  /** With the sentence and the link that show the fact. */
  readonly subject: FeatureSubject;
  /** Sum of the terms; above 0 it speaks for the class. */
  readonly contribution: number;
  readonly terms: readonly Term[];
};

export type Explanation = {
  readonly class: DiagnosisClass;
  /** The class that it is compared with; null when the score of the class alone is explained. */
  readonly against: DiagnosisClass | null;
  /** The score for the mean evidence of the training. */
  readonly base: number;
  /**
   * base + Σ terms: the calibrated score from which the probability is made. With two classes, and against another class,
   * the logarithm of the ratio of the two probabilities.
   */
  readonly score: number;
  /** Those that speak most for the class first; facts without any part in it are left out. */
  readonly reasons: readonly Reason[];
};

/**
 * Says why a class gets its score, or why one class rather than another.
 * @throws CrmwatchError model_incompatible when the model does not know a class.
 */
export type Explain = (
  features: Features,
  faultClass: DiagnosisClass,
  against?: DiagnosisClass,
) => Explanation;

export function createExplain(model: TrainedModel): Explain {
  const [explainRow, observe] = [createExplainRow(model), createObserve(model)];
  return (features, faultClass, against) => {
    const { row } = observe(features.values());
    const other = against === undefined ? undefined : indexOf(model, against);
    const { base, score, terms } = explainRow(row, indexOf(model, faultClass), other);
    const reasons = new Map<string, Building>();
    for (const { feature: column, contribution } of terms) {
      const name = model.features[column] ?? '';
      const feature = features.get(name);
      const subject = feature?.subject ?? ABSENT;
      const term = { feature: name, value: feature?.value ?? 0, contribution };
      const found = reasons.get(subject.key);
      if (found === undefined) reasons.set(subject.key, { subject, contribution, terms: [term] });
      else {
        found.contribution += contribution;
        found.terms.push(term);
      }
    }
    const absent = reasons.get(ABSENT.key);
    if (absent !== undefined) absent.subject = subjectOfAbsent(absent, model.dictionary);
    const sorted = [...reasons.values()].sort((a, b) => b.contribution - a.contribution);
    return { class: faultClass, against: against ?? null, base, score, reasons: sorted };
  };
}

/** A reason while its terms are gathered. */
type Building = {
  subject: FeatureSubject;
  contribution: number;
  readonly terms: Term[];
};

/** Words of the training that are not there have no sentence of their own in the evidence. */
const ABSENT: FeatureSubject = {
  key: 'absent',
  text: '',
  link: { kind: 'incident' },
  abnormal: false,
};

const SHOWN_WORDS = 3;

/** Most reasons are never read, and hundreds of words are absent: their order is found when somebody asks for the sentence. */
function subjectOfAbsent(
  building: Building,
  dictionary: TrainedModel['dictionary'],
): FeatureSubject {
  const { key, link, abnormal } = ABSENT;
  return {
    key,
    link,
    abnormal,
    get text() {
      return describeAbsent(building, dictionary);
    },
  };
}

/** Names the words whose absence says most to the same side; empty where the model knows none of them. */
function describeAbsent(
  { terms, contribution }: Building,
  dictionary: TrainedModel['dictionary'],
): string {
  const ranked = terms
    .filter((term) => term.contribution * contribution > 0)
    .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const words = new Set<string>();
  for (const { feature } of ranked) {
    const word = dictionary[feature]?.[0];
    if (word !== undefined) words.add(`"${word}"`);
    if (words.size >= SHOWN_WORDS) break;
  }
  return words.size === 0 ? '' : `nothing says ${[...words].join(', ')}`;
}

function indexOf(model: TrainedModel, faultClass: DiagnosisClass): number {
  const index = model.classes.indexOf(faultClass);
  if (index >= 0) return index;
  throw new CrmwatchError(
    'model_incompatible',
    `the model does not know the class "${faultClass}", only ${model.classes.join(', ')}`,
    { remedy: 'train a model on rows with this label' },
  );
}
