import type { CoincidenceFacts } from '../model/model.ts';

/** What is said of a row, and what is true of it; indices of classes. */
export type JudgedRow = {
  /** All classes that hold for it, rising. */
  readonly actual: readonly number[];
  /** The classes that are named, rising; none for "unknown". */
  readonly answers: readonly number[];
};

export function rising(indices: readonly number[]): readonly number[] {
  return indices.toSorted((a, b) => a - b);
}

/** Those of one class, on which figures are counted. */
export function singlesOf<Row extends JudgedRow>(rows: readonly Row[]): readonly Row[] {
  return rows.filter(({ actual }) => actual.length === 1);
}

export type AnswerFacts = {
  /** Share of rows of one class that are answered "unknown"; null without rows. */
  readonly unknownRatio: number | null;
  /** Share of right answers among those that are answered; null when none is. */
  readonly answeredAccuracyRatio: number | null;
  /** Null when no row has several classes. */
  readonly coincidence: CoincidenceFacts | null;
};

export function answerFacts(rows: readonly JudgedRow[]): AnswerFacts {
  const singles = singlesOf(rows);
  const answered = singles.filter(({ answers }) => answers.length > 0);
  const several = rows.filter(({ actual }) => actual.length > 1);
  return {
    unknownRatio: shareOf(singles, ({ answers }) => answers.length === 0),
    answeredAccuracyRatio: shareOf(answered, isExact),
    coincidence:
      several.length === 0
        ? null
        : {
            rows: several.length,
            allNamedRatio: shareOf(several, isExact) ?? 0,
            someNamedRatio:
              shareOf(
                several,
                ({ answers, actual }) =>
                  answers.length > 0 && answers.every((one) => actual.includes(one)),
              ) ?? 0,
            falseSeveralRatio: shareOf(singles, ({ answers }) => answers.length > 1) ?? 0,
          },
  };
}

function isExact({ answers, actual }: JudgedRow): boolean {
  return answers.length === actual.length && answers.every((one, at) => one === actual[at]);
}

function shareOf(rows: readonly JudgedRow[], holds: (row: JudgedRow) => boolean): number | null {
  return rows.length === 0 ? null : rows.filter(holds).length / rows.length;
}
