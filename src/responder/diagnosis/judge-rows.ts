import { createExplainRow } from './classifier/classifiers.ts';
import { UNKNOWN_ANSWER } from './decision/decision.ts';
import { createJudge, createObserve, describeDoubt } from './model/model.ts';
import type { TrainedModel } from './model/model.ts';
import type { KnownRow } from './table/table.ts';

/** What one feature has to do with an answer. */
export type RowReason = {
  readonly feature: string;
  readonly value: number;
  /** In log-odds; above 0 it speaks for the class. */
  readonly contribution: number;
};

export type RowJudgement = {
  /** A class of the model, or "unknown". */
  readonly answer: string;
  /** The class that would be named without doubt. */
  readonly likeliest: string;
  /** Of the likeliest class. */
  readonly probability: number;
  /** One per class of the model, in its order; they sum to 1. */
  readonly probabilities: readonly number[];
  readonly novelty: number;
  /** Features that the training never had. */
  readonly unseen: readonly string[];
  readonly whyUnknown: string | null;
  /** The class that comes next. */
  readonly second: string;
  /** Why the likeliest class, the largest parts first; base and all parts add up to the score. */
  readonly base: number;
  readonly score: number;
  readonly reasons: readonly RowReason[];
  /** Why the likeliest class and not the next one. */
  readonly againstSecond: readonly RowReason[];
};

/** Prepares a model of a table for many rows. */
export function createJudgeRow(model: TrainedModel): (row: KnownRow) => RowJudgement {
  const [judge, observe, explain] = [
    createJudge(model),
    createObserve(model),
    createExplainRow(model),
  ];
  const nameOf = (index: number): string => model.classes[index] ?? '';
  return ({ values }) => {
    const observation = observe(values);
    const judgement = judge(observation);
    const { answers, candidate, probabilities, novelty, unseen, doubt } = judgement;
    const likeliest = candidate.index;
    const second = secondOf(probabilities, likeliest);
    const valueOf = new Map(observation.row.map(({ column, value }) => [column, value]));
    const explained = (against?: number) => {
      const { base, score, terms } = explain(observation.row, likeliest, against);
      const reasons = terms
        .map(({ feature, contribution }): RowReason => ({
          feature: model.features[feature] ?? '',
          value: valueOf.get(feature) ?? 0,
          contribution,
        }))
        .toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
      return { base, score, reasons };
    };
    return {
      answer: answers[0] === undefined ? UNKNOWN_ANSWER : nameOf(answers[0].index),
      likeliest: nameOf(likeliest),
      probability: candidate.probability,
      probabilities: [...probabilities],
      novelty,
      unseen,
      whyUnknown: doubt === null ? null : describeDoubt(doubt, judgement, model),
      second: nameOf(second),
      ...explained(),
      againstSecond: explained(second).reasons,
    };
  };
}

function secondOf(probabilities: Float64Array, first: number): number {
  let second = first === 0 ? 1 : 0;
  for (let k = 0; k < probabilities.length; k++) {
    if (k !== first && probabilities[k]! > probabilities[second]!) second = k;
  }
  return second;
}
