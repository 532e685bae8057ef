import { reportOn } from '../evaluation/evaluation.ts';
import type { Prediction, Report } from '../evaluation/evaluation.ts';
import type { TrainedModel } from '../model/model.ts';
import { answerFacts, rising } from './judged-rows.ts';
import type { AnswerFacts, JudgedRow } from './judged-rows.ts';

/** A row that no model saw, with what one says of it; names of classes. */
export type HeldOutRow = {
  readonly actual: readonly string[];
  readonly answers: readonly string[];
  /** One per class of the model. */
  readonly probabilities: Float64Array;
  readonly group: string;
};

export type HeldOutFigures = {
  /** Over the rows of one class that the model knows; null without any. */
  readonly report: Report | null;
  readonly answers: AnswerFacts;
  /** Of rows with a class that the model does not know, all of which should be unknown; null without any. */
  readonly strangers: { readonly rows: number; readonly unknownRatio: number } | null;
  /** Of rows of one class: for each class the number of rows by what was answered. */
  readonly matrix: readonly {
    readonly actual: string;
    readonly counts: ReadonlyMap<string, number>;
  }[];
};

export const SEVERAL_ANSWERS = 'several';
const UNKNOWN = 'unknown';

/** Counts how a model did on rows that it was not trained on. */
export function figuresOfHeldOut(
  { classes }: Pick<TrainedModel, 'classes'>,
  rows: readonly HeldOutRow[],
): HeldOutFigures {
  const isKnown = ({ actual }: HeldOutRow): boolean =>
    actual.every((name) => classes.includes(name));
  const known = rows.filter(isKnown);
  const strangers = rows.filter((row) => !isKnown(row));
  const indicesOf = (names: readonly string[]): readonly number[] =>
    rising(names.map((name) => classes.indexOf(name)));
  const judged = known.map(({ actual, answers }): JudgedRow => ({
    actual: indicesOf(actual),
    answers: indicesOf(answers),
  }));
  const predictions = known.flatMap(({ actual, probabilities, group }): readonly Prediction[] =>
    actual.length === 1 ? [{ actual: classes.indexOf(actual[0] ?? ''), probabilities, group }] : [],
  );
  return {
    report: predictions.length === 0 ? null : reportOn(predictions, classes),
    answers: answerFacts(judged),
    strangers:
      strangers.length === 0
        ? null
        : {
            rows: strangers.length,
            unknownRatio:
              strangers.filter(({ answers }) => answers.length === 0).length / strangers.length,
          },
    matrix: matrixOf(rows),
  };
}

function matrixOf(rows: readonly HeldOutRow[]): HeldOutFigures['matrix'] {
  const singles = rows.filter(({ actual }) => actual.length === 1);
  const byClass = Map.groupBy(singles, ({ actual }) => actual[0] ?? '');
  return [...byClass]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([actual, own]) => {
      const counts = new Map<string, number>();
      for (const { answers } of own) {
        const answer = answers.length > 1 ? SEVERAL_ANSWERS : (answers[0] ?? UNKNOWN);
        counts.set(answer, (counts.get(answer) ?? 0) + 1);
      }
      return { actual, counts };
    });
}
