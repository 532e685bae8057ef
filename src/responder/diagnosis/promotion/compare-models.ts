import { classFigures, logLoss, lossOf, pairedBootstrap } from '../evaluation/evaluation.ts';
import type { PairedDifference, Prediction } from '../evaluation/evaluation.ts';

/** Probabilities by class; what is not named is 0. */
export type ClassProbabilities = Readonly<Record<string, number>>;

/** −ln p of the right class. */
export function lossOfClass(probabilities: ClassProbabilities, label: string): number {
  return lossOf({ actual: 0, probabilities: [probabilities[label] ?? 0], group: '' });
}

/** What both models said of the same incident before anybody had said what was right. */
export type JudgedPair = {
  readonly incidentId: string;
  /** The right class. */
  readonly label: string;
  /** Null when the model failed. */
  readonly champion: ClassProbabilities | null;
  readonly challenger: ClassProbabilities | null;
};

export type RecallPair = {
  readonly class: string;
  readonly incidents: number;
  readonly champion: number;
  readonly challenger: number;
};

export type ModelComparison = {
  /** Incidents of which both said something. */
  readonly incidents: number;
  /** Incidents on which the challenger failed. */
  readonly failures: number;
  /** Mean −ln p of the right class; null without incidents. */
  readonly logLoss: { readonly champion: number; readonly challenger: number } | null;
  /** Of the log-losses, champion − challenger, with its 95 % interval; null without incidents. */
  readonly gain: PairedDifference | null;
  /** Of the classes that occur. */
  readonly recalls: readonly RecallPair[];
  /** Why the challenger may not become champion, as clauses; empty when it may. */
  readonly objections: readonly string[];
};

export const LEAST_INCIDENTS = 30;
/** In share of the incidents of a class. */
export const LARGEST_RECALL_LOSS = 0.05;

/**
 * Holds a challenger against the champion on incidents that neither could have learnt from. It may be promoted when there
 * are enough of them, it never failed, its log-loss is lower beyond chance (the interval of the paired bootstrap over
 * incidents excludes 0), and no class is recognised less often by more than 5 points.
 */
export function compareModels(pairs: readonly JudgedPair[]): ModelComparison {
  const failures = pairs.filter(({ challenger }) => challenger === null).length;
  const both = pairs.flatMap(({ champion, challenger, ...pair }) =>
    champion === null || challenger === null ? [] : [{ ...pair, champion, challenger }],
  );
  const classes = [
    ...new Set(
      both.flatMap(({ label, champion, challenger }) => [
        label,
        ...Object.keys(champion),
        ...Object.keys(challenger),
      ]),
    ),
  ].toSorted();
  const toPrediction = (model: 'champion' | 'challenger'): readonly Prediction[] =>
    both.map((pair) => ({
      actual: classes.indexOf(pair.label),
      probabilities: classes.map((name) => pair[model][name] ?? 0),
      group: pair.incidentId,
    }));
  const champion = toPrediction('champion');
  const challenger = toPrediction('challenger');
  const recalls = recallsOf(classes, champion, challenger);
  const losses = champion.map((prediction, index) => ({
    group: prediction.group,
    first: lossOf(prediction),
    second: lossOf(challenger[index]!),
  }));
  const gain = losses.length === 0 ? null : pairedBootstrap(losses);
  const incidents = both.length;
  return {
    incidents,
    failures,
    logLoss:
      incidents === 0 ? null : { champion: logLoss(champion), challenger: logLoss(challenger) },
    gain,
    recalls,
    objections: objectionsTo({ incidents, failures, gain, recalls }),
  };
}

function recallsOf(
  classes: readonly string[],
  champion: readonly Prediction[],
  challenger: readonly Prediction[],
): readonly RecallPair[] {
  const recallBy = (predictions: readonly Prediction[]): ReadonlyMap<number, number> =>
    new Map(
      classFigures(predictions, classes.length).flatMap(({ class: index, recall }) =>
        recall === null ? [] : [[index, recall]],
      ),
    );
  const [first, second] = [recallBy(champion), recallBy(challenger)];
  return [...first].map(([index, recall]) => ({
    class: classes[index] ?? '',
    incidents: champion.filter(({ actual }) => actual === index).length,
    champion: recall,
    challenger: second.get(index) ?? 0,
  }));
}

function objectionsTo({
  incidents,
  failures,
  gain,
  recalls,
}: Pick<ModelComparison, 'incidents' | 'failures' | 'gain' | 'recalls'>): readonly string[] {
  const points = (share: number): string => (share * 100).toFixed(0);
  return [
    ...(incidents < LEAST_INCIDENTS
      ? [
          `${incidents} incidents were judged by both and labelled since, of ${LEAST_INCIDENTS} at least`,
        ]
      : []),
    ...(failures > 0 ? [`the challenger failed on ${failures} incidents`] : []),
    ...(gain !== null && !(gain.interval.low > 0)
      ? [
          `its log-loss is not lower beyond chance: the 95 % interval of the gain begins at ${gain.interval.low.toFixed(3)}`,
        ]
      : []),
    ...recalls
      // Shares of whole incidents: what is left of a sum in binary is no loss.
      .filter(({ champion, challenger }) => champion - challenger > LARGEST_RECALL_LOSS + 1e-9)
      .map(
        (recall) =>
          `the recall of ${recall.class} would fall from ${points(recall.champion)} to ${points(recall.challenger)} %`,
      ),
  ];
}
