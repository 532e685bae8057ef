import type { DiagnosisClass } from '../../catalog/catalog.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { FeatureLink, Features } from './features/features.ts';
import { featureValue, standardise } from './model/model.ts';
import type { Predictor } from './model/model.ts';

/** The part of one feature in the score of a class: w·(x − mean), in log-odds. */
export type Term = {
  readonly feature: string;
  readonly value: number;
  readonly contribution: number;
};

/** All terms that encode one fact, with the sentence and the link that show the fact. */
export type Reason = {
  readonly key: string;
  readonly text: string;
  readonly link: FeatureLink;
  /** Whether the fact is out of the ordinary; what did not happen speaks for and against classes too. */
  readonly abnormal: boolean;
  /** Sum of the terms; above 0 it speaks for the class. */
  readonly contribution: number;
  readonly terms: readonly Term[];
};

export type Explanation = {
  readonly class: DiagnosisClass;
  /** The score of the class for the mean evidence of the training. */
  readonly base: number;
  /** base + Σ terms: the logit from which the probability is made. With two classes, the log-odds of the class. */
  readonly score: number;
  /** Those that speak most for the class first; facts without any part in it are left out. */
  readonly reasons: readonly Reason[];
};

/**
 * Takes the score of a class apart: the terms φⱼ = wⱼ(xⱼ − meanⱼ) are the exact interventional Shapley values of a
 * linear model (Lundberg and Lee, 2017), so that base and terms add up to the score.
 *
 * @throws CrmwatchError model_incompatible when the model does not know the class.
 */
export function explain(
  model: Predictor,
  features: Features,
  faultClass: DiagnosisClass,
): Explanation {
  const { sign, row } = outputOf(model, faultClass);
  const weights = model.weights[row] ?? [];
  const base = sign * (model.intercepts[row] ?? 0);
  const reasons = new Map<string, Reason>();
  let score = base;
  for (const [index, standardised] of standardise(model, features).entries()) {
    const name = model.features[index] ?? '';
    const contribution = sign * (weights[index] ?? 0) * standardised;
    score += contribution;
    const subject = features.get(name)?.subject;
    if (contribution === 0 || subject === undefined) continue;
    const term = { feature: name, value: featureValue(features, name), contribution };
    const { key, text, link, abnormal } = subject;
    const before = reasons.get(key);
    reasons.set(key, {
      key,
      text,
      link,
      abnormal,
      contribution: (before?.contribution ?? 0) + contribution,
      terms: [...(before?.terms ?? []), term],
    });
  }
  const sorted = [...reasons.values()].toSorted((a, b) => b.contribution - a.contribution);
  return { class: faultClass, base, score, reasons: sorted };
}

function outputOf(
  model: Predictor,
  faultClass: DiagnosisClass,
): { readonly sign: 1 | -1; readonly row: number } {
  const index = model.classes.indexOf(faultClass);
  if (index < 0) {
    throw new CrmwatchError(
      'model_incompatible',
      `the model does not know the class "${faultClass}", only ${model.classes.join(', ')}`,
      { remedy: 'train a model on rows with this label' },
    );
  }
  if (model.classes.length > 2) return { sign: 1, row: index };
  return { sign: index === 1 ? 1 : -1, row: 0 };
}
