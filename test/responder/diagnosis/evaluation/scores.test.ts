import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  accuracy,
  accuracyAtCoverage,
  areaUnderRoc,
  bootstrapIntervals,
  brierScore,
  calibrationBins,
  classFigures,
  expectedCalibrationError,
  logLoss,
  macroF1,
  riskCoverage,
  topAccuracy,
} from '../../../../src/responder/diagnosis/evaluation/evaluation.ts';
import type { Prediction } from '../../../../src/responder/diagnosis/evaluation/evaluation.ts';

type Case = {
  readonly actual: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
  readonly figures: {
    readonly accuracy: number;
    readonly macroF1: number;
    readonly precision: readonly number[];
    readonly recall: readonly number[];
    readonly logLoss: number;
    readonly brier: number;
    readonly areaUnderRoc: number;
    readonly topTwo: number | null;
  };
};

const path = new URL('../../../fixtures/diagnosis/figures.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(path, 'utf8')) as { readonly cases: readonly Case[] };

/** Certain to a degree, and right or not. */
function twoClasses(rows: readonly (readonly [confidence: number, right: boolean])[]) {
  return rows.map(([confidence, right], index): Prediction => {
    const probabilities = [confidence, 1 - confidence];
    return { actual: right ? 0 : 1, probabilities, group: String(index) };
  });
}

describe.each(cases)('the figures of scikit-learn, $actual.length rows', (one) => {
  const classCount = one.probabilities[0]?.length ?? 0;
  const predictions = one.actual.map((actual, row): Prediction => {
    return { actual, probabilities: one.probabilities[row] ?? [], group: String(row) };
  });
  it('are ours', () => {
    const { figures } = one;
    expect(accuracy(predictions)).toBeCloseTo(figures.accuracy, 12);
    expect(macroF1(predictions, classCount)).toBeCloseTo(figures.macroF1, 12);
    expect(logLoss(predictions)).toBeCloseTo(figures.logLoss, 12);
    expect(brierScore(predictions)).toBeCloseTo(figures.brier, 12);
    expect(areaUnderRoc(predictions, classCount)).toBeCloseTo(figures.areaUnderRoc, 12);
    if (figures.topTwo !== null) expect(topAccuracy(predictions, 2)).toBe(figures.topTwo);
    for (const { class: index, precision, recall } of classFigures(predictions, classCount)) {
      expect(precision).toBeCloseTo(figures.precision[index] ?? -1, 12);
      expect(recall).toBeCloseTo(figures.recall[index] ?? -1, 12);
    }
  });
});

describe('classes', () => {
  it('that never occur and were never answered are no part of the mean', () => {
    const predictions = twoClasses([
      [0.9, true],
      [0.9, true],
    ]).map((one) => ({ ...one, probabilities: [...Array.from(one.probabilities), 0] }));
    expect(macroF1(predictions, 3)).toBe(1);
    expect(areaUnderRoc(predictions, 3)).toBeNull();
  });
});

describe('calibration', () => {
  it('is the distance of confidence and accuracy over the bins, weighted by their rows', () => {
    // Bin 14 of 15 holds 0.9: 3 of 4 right; bin 15 holds 1: all right.
    const predictions = twoClasses([
      [0.9, true],
      [0.9, true],
      [0.9, true],
      [0.9, false],
      [1, true],
    ]);
    expect(expectedCalibrationError(predictions)).toBeCloseTo((4 * 0.15) / 5, 12);
    const bins = calibrationBins(predictions);
    expect(bins.map(({ rows }) => rows).slice(-2)).toEqual([4, 1]);
    expect(bins[0]).toEqual({ rows: 0, confidence: null, accuracy: null });
  });
});

describe('coverage', () => {
  const predictions = twoClasses([
    [0.99, true],
    [0.9, true],
    [0.9, false],
    [0.6, false],
  ]);
  it('has one point for each number of rows that a threshold can give', () => {
    expect(riskCoverage(predictions)).toEqual([
      { coverage: 0.25, accuracy: 1, threshold: 0.99 },
      { coverage: 0.75, accuracy: 2 / 3, threshold: 0.9 },
      { coverage: 1, accuracy: 0.5, threshold: 0.6 },
    ]);
  });
  it('is read at the first point that covers enough', () => {
    const points = riskCoverage(predictions);
    expect(accuracyAtCoverage(points, 0.25)).toBe(1);
    expect(accuracyAtCoverage(points, 0.3)).toBeCloseTo(2 / 3, 12);
  });
});

describe('intervals', () => {
  const rows = Array.from({ length: 200 }, (_, index): [number, boolean] => [0.8, index % 5 > 0]);
  it('are those of the binomial for independent rows, and the same every time', () => {
    const found = bootstrapIntervals(twoClasses(rows), { accuracy });
    // 0.8 ± 1.96·√(0.8·0.2/200)
    expect(found.accuracy?.low).toBeCloseTo(0.745, 1);
    expect(found.accuracy?.high).toBeCloseTo(0.855, 1);
    expect(bootstrapIntervals(twoClasses(rows), { accuracy })).toEqual(found);
  });
  it('are wider when rows belong together', () => {
    const single = bootstrapIntervals(twoClasses(rows), { accuracy }).accuracy;
    const together = twoClasses(rows).map((one) => ({ ...one, group: String(one.actual) }));
    const grouped = bootstrapIntervals(together, { accuracy }).accuracy;
    expect(grouped!.high - grouped!.low).toBeGreaterThan(single!.high - single!.low);
  });
});
