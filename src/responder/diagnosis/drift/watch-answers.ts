import { createAdwin } from './adwin.ts';

/** An answer as it was kept, in the order in which they were given. */
export type KeptAnswer = {
  readonly atMs: number;
  readonly isUnknown: boolean;
  /** −ln p of the right class; null while nobody said which one is right. */
  readonly loss: number | null;
};

export type AnswerDrift = {
  /** Mean −ln p of the right class over the newest labelled answers; null of too few. */
  readonly logLoss: number | null;
  /** Share of "unknown" among the newest answers; null of none. */
  readonly unknownRatio: number | null;
  /** When the answer was given at which the log-loss, or the share of unknown answers, was last found to have risen; null while it was not. */
  readonly lossRoseAtMs: number | null;
  readonly unknownRoseAtMs: number | null;
};

const NEWEST = 200;
const LEAST_LABELLED = 10;
/** ADWIN takes numbers of 0 to 1; a class that got less than a thousandth was not seen at all. */
const LARGEST_LOSS = Math.log(1000);

/** Everything is computed anew from what was kept, so that all replicas say the same, also after a restart. */
export function watchAnswers(answers: readonly KeptAnswer[]): AnswerDrift {
  const labelled = answers.flatMap(({ atMs, loss }) => (loss === null ? [] : [{ atMs, loss }]));
  const losses = labelled.slice(-NEWEST).map(({ loss }) => loss);
  const newest = answers.slice(-NEWEST);
  return {
    logLoss: losses.length < LEAST_LABELLED ? null : meanOf(losses),
    unknownRatio:
      newest.length === 0 ? null : meanOf(newest.map(({ isUnknown }) => (isUnknown ? 1 : 0))),
    lossRoseAtMs: lastRise(
      labelled.map(({ atMs, loss }) => ({
        atMs,
        value: Math.min(loss, LARGEST_LOSS) / LARGEST_LOSS,
      })),
    ),
    unknownRoseAtMs: lastRise(
      answers.map(({ atMs, isUnknown }) => ({ atMs, value: isUnknown ? 1 : 0 })),
    ),
  };
}

function lastRise(values: readonly { atMs: number; value: number }[]): number | null {
  const adwin = createAdwin();
  let found: number | null = null;
  for (const { atMs, value } of values) if (adwin.add(value) === 'rise') found = atMs;
  return found;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
