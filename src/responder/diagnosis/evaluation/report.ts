import { bootstrapIntervals } from './bootstrap.ts';
import type { Interval } from './bootstrap.ts';
import { likeliestOf } from './prediction.ts';
import type { Prediction } from './prediction.ts';
import { accuracyAtCoverage, riskCoverage } from './risk-coverage.ts';
import type { CoveragePoint } from './risk-coverage.ts';
import {
  accuracy,
  areaUnderRoc,
  brierScore,
  calibrationBins,
  classFigures,
  expectedCalibrationError,
  logLoss,
  macroF1,
  topAccuracy,
} from './scores.ts';
import type { CalibrationBin, ClassFigures } from './scores.ts';

export const FIGURE_NAMES = [
  'accuracy',
  'macroF1',
  'topThree',
  'logLoss',
  'brier',
  'calibrationError',
  'areaUnderRoc',
  'accuracyAt90',
] as const;
export type FigureName = (typeof FIGURE_NAMES)[number];

export type Figure = {
  readonly name: FigureName;
  /** Null when the rows cannot tell, as the area under ROC of one class. */
  readonly value: number | null;
  /** 95 %, by the bootstrap over groups. */
  readonly interval: Interval | null;
};

export type Report = {
  readonly rows: number;
  readonly groups: number;
  readonly classes: readonly string[];
  readonly figures: readonly Figure[];
  readonly byClass: readonly ClassFigures[];
  /** How often each class got each answer; pairs that never occurred are left out. Indices of classes. */
  readonly confusion: readonly {
    readonly actual: number;
    readonly answer: number;
    readonly rows: number;
  }[];
  readonly coverage: readonly CoveragePoint[];
  readonly bins: readonly CalibrationBin[];
};

type Measure = (predictions: readonly Prediction[]) => number | null;

function measuresOf(classCount: number): Readonly<Record<FigureName, Measure>> {
  return {
    accuracy,
    macroF1: (predictions) => macroF1(predictions, classCount),
    topThree: (predictions) => topAccuracy(predictions, 3),
    logLoss,
    brier: brierScore,
    calibrationError: (predictions) => expectedCalibrationError(predictions),
    areaUnderRoc: (predictions) => areaUnderRoc(predictions, classCount),
    accuracyAt90: (predictions) => accuracyAtCoverage(riskCoverage(predictions), 0.9),
  };
}

export type ReportOptions = { readonly repetitions?: number };

/** All figures of a set of predictions. Deterministic, the intervals too. */
export function reportOn(
  predictions: readonly Prediction[],
  classes: readonly string[],
  options: ReportOptions = {},
): Report {
  const measures = measuresOf(classes.length);
  const intervals = bootstrapIntervals(predictions, measures, options);
  return {
    rows: predictions.length,
    groups: new Set(predictions.map(({ group }) => group)).size,
    classes,
    figures: FIGURE_NAMES.map((name) => ({
      name,
      value: measures[name](predictions),
      interval: intervals[name],
    })),
    byClass: classFigures(predictions, classes.length),
    confusion: confusionOf(predictions, classes.length),
    coverage: riskCoverage(predictions),
    bins: calibrationBins(predictions),
  };
}

function confusionOf(predictions: readonly Prediction[], classCount: number): Report['confusion'] {
  const counts = new Float64Array(classCount * classCount);
  for (const prediction of predictions) {
    counts[prediction.actual * classCount + likeliestOf(prediction)]! += 1;
  }
  return [...counts].flatMap((rows, at) =>
    rows === 0 ? [] : [{ actual: Math.floor(at / classCount), answer: at % classCount, rows }],
  );
}
