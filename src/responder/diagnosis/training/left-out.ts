import { crossValidate, possibleSplits, rowOf } from '../classifier/classifiers.ts';
import type { CrossValidationOptions } from '../classifier/classifiers.ts';
import type { Cost } from '../decision/decision.ts';
import type { Prediction } from '../evaluation/evaluation.ts';
import { createJudge, createObserve } from '../model/model.ts';
import type { NamedValue, Observation, Observe } from '../model/model.ts';
import type { LabelledTable } from '../table/table.ts';
import { rising } from './judged-rows.ts';
import type { JudgedRow } from './judged-rows.ts';
import { completeParts } from './learnt-parts.ts';

/** A row as a model judged it that was trained without its group. */
export type LeftOutRow = JudgedRow & {
  /** Of the first of its classes. */
  readonly prediction: Prediction;
  /** The answers do not heed it, since how much of it is too much is what these rows are to tell. */
  readonly novelty: number;
};

export type LeftOut = {
  readonly rows: readonly LeftOutRow[];
  readonly folds: number;
  readonly seed: number;
};

/** Leaves groups out in turn, and judges them; no rows when no group can be. */
export function judgeLeftOut(
  table: LabelledTable,
  options: CrossValidationOptions,
  costs: readonly Cost[],
): LeftOut {
  const splits = possibleSplits(table, options);
  const found = crossValidate(table, splits, options, (fitted, { train, test }) => {
    const parts = completeParts(table, train, fitted);
    const [observe, judge] = [
      createObserve(parts),
      // How much novelty is too much is what these rows are to tell.
      createJudge({ ...parts, costs, noveltyLimit: 1 }),
    ];
    return test.map((row): LeftOutRow => {
      const { answers, probabilities, novelty } = judge(observeRow(observe, table, row));
      const label = table.labels[row]!;
      const prediction = { actual: label, probabilities, group: table.groups[row]! };
      const actual = rising([label, ...(table.coinciding?.[row] ?? [])]);
      return { prediction, actual, answers: rising(answers.map(({ index }) => index)), novelty };
    });
  });
  return { rows: found.flat(), folds: splits.length, seed: options.seed ?? 0 };
}

type TableValue = NamedValue & { readonly column: number };

/** A row of a table as a model observes it, by the names of its features. */
export function observeRow(
  observe: Observe,
  { features, matrix, facts }: LabelledTable,
  row: number,
): Observation {
  const values = rowOf(matrix, row).map(({ column, value }): TableValue => ({
    name: features[column] ?? '',
    value,
    column,
  }));
  const own = facts?.[row];
  return observe(values, ({ column }) => own === undefined || own.has(column));
}

/** As they are answered when so much novelty is too much. */
export function answeredAt(
  rows: readonly LeftOutRow[],
  noveltyLimit: number,
): readonly JudgedRow[] {
  // Several classes are named in spite of novelty: rows of two known faults are new together.
  return rows.map((row) =>
    row.answers.length === 1 && row.novelty > noveltyLimit ? { ...row, answers: [] } : row,
  );
}
