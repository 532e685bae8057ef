import { UNKNOWN_FAULT } from '../../catalog/catalog.ts';
import { createClassify } from './classify.ts';
import type { Episode } from './episodes/episodes.ts';
import { extractFeatures } from './features/features.ts';
import { createJudge, createObserve } from './model/model.ts';
import type { TrainedModel } from './model/model.ts';
import type { LabelledTable } from './table/table.ts';
import { figuresOfHeldOut, observeRow } from './training/training.ts';
import type { HeldOutFigures, HeldOutRow } from './training/training.ts';

/** How a model of evidence does on episodes that it was not trained on. */
export function holdToEpisodes(model: TrainedModel, episodes: readonly Episode[]): HeldOutFigures {
  const classify = createClassify(model);
  const rows = episodes.map(({ label, coinciding, group, evidence }): HeldOutRow => {
    const { answer, also, probabilities } = classify(extractFeatures(evidence));
    const byClass = new Map<string, number>(
      probabilities.map(({ class: name, probability }) => [name, probability]),
    );
    return {
      actual: [label, ...coinciding],
      answers: answer === UNKNOWN_FAULT ? [] : [answer, ...also.map((other) => other.class)],
      probabilities: Float64Array.from(model.classes, (name) => byClass.get(name) ?? 0),
      group,
    };
  });
  return figuresOfHeldOut(model, rows);
}

/** How a model of a table does on the rows of another one with the same columns. */
export function holdToTable(model: TrainedModel, table: LabelledTable): HeldOutFigures {
  const [judge, observe] = [createJudge(model), createObserve(model)];
  const rows = table.groups.map((group, row): HeldOutRow => {
    const { answers, probabilities } = judge(observeRow(observe, table, row));
    return {
      actual: [table.classes[table.labels[row]!]!],
      answers: answers.map(({ index }) => model.classes[index]!),
      probabilities,
      group,
    };
  });
  return figuresOfHeldOut(model, rows);
}
