import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  createPredict,
  evaluateTable,
  fitClassifier,
} from '../../../../src/responder/diagnosis/classifier/classifiers.ts';
import {
  accuracy,
  expectedCalibrationError,
  reportOn,
} from '../../../../src/responder/diagnosis/evaluation/evaluation.ts';
import { readTable } from '../../../../src/responder/diagnosis/table/table.ts';
import type { LabelledTable } from '../../../../src/responder/diagnosis/table/table.ts';
import { CrmwatchError, createSeededRandom } from '../../../../src/std/std.ts';

const irisPath = new URL('../../../fixtures/cli/iris.csv', import.meta.url);
const iris = readTable(readFileSync(irisPath, 'utf8'), 'iris.csv');

/** A class that holds only between two values, which no straight line can tell. */
function between(count: number): LabelledTable {
  const random = createSeededRandom(11);
  const lines = Array.from({ length: count }, () => {
    const [a, b] = [Math.floor(random.next() * 9), Math.floor(random.next() * 1000)];
    return `${a},${b},${a >= 3 && a <= 5 ? 'inside' : 'outside'}`;
  });
  return readTable(`a,b,class\n${lines.join('\n')}\n`, 'between.csv');
}

/** The label is that of the group, which its number alone gives away. */
function leaking(): LabelledTable {
  const random = createSeededRandom(12);
  const rows = Array.from({ length: 30 }, (_, group) => {
    const label = random.next() < 0.5 ? 'x' : 'y';
    return Array.from({ length: 6 }, (__, row) => `${group * 37.5 + row / 10},${group},${label}`);
  });
  const text = ['value,group,class', ...rows.flat()].join('\n');
  return readTable(text, 'leak.csv', { group: 'group' });
}

describe('the evaluation of a table', () => {
  it('does as well on iris as the reference, without a hand on it', () => {
    const { predictions, folds } = evaluateTable(iris);
    expect(predictions.length).toBe(150);
    expect(folds).toBe(10);
    expect(accuracy(predictions)).toBeGreaterThanOrEqual(0.95);
  });

  it('chooses steps where a straight line is of no use', () => {
    const { predictions, recipes } = evaluateTable(between(400), { folds: 3 });
    expect(recipes.every(({ encoding }) => encoding === 'steps')).toBe(true);
    expect(accuracy(predictions)).toBeGreaterThan(0.98);
  });

  it('does not see what only the group gives away', () => {
    const { predictions } = evaluateTable(leaking(), { folds: 5 });
    expect(accuracy(predictions)).toBeLessThan(0.75);
  });

  it('predicts from the past alone when there are times', () => {
    const lines = Array.from({ length: 60 }, (_, at) => `${at % 7},${at},${at % 2 ? 'x' : 'y'}`);
    const table = readTable(`a,at,y\n${lines.join('\n')}`, 'data.csv', { time: 'at' });
    const { predictions, inOrderOfTime } = evaluateTable(
      { ...table, groups: [...lines] },
      { folds: 3 },
    );
    expect(inOrderOfTime).toBe(true);
    expect(predictions.length).toBe(45);
  });

  it.each([
    ['one class', 'a,y\n1,x\n2,x\n', {}, /all rows are of the class "x"/],
    ['fewer groups than folds', 'a,y\n1,x\n2,z\n', {}, /2 groups of rows for 10 folds/],
    ['a class that one fold holds alone', 'a,y\n1,x\n2,z\n', { folds: 2 }, /fewer than two/],
  ])('is refused for %s', (_, text, options, message) => {
    const run = (): unknown => evaluateTable(readTable(text, 'data.csv'), options);
    expect(run).toThrow(CrmwatchError);
    expect(run).toThrow(message);
  });
});

describe('a classifier', () => {
  const rows = [...iris.groups.keys()];
  it('is the same to the bit every time', () => {
    expect(fitClassifier(iris, { rows })).toEqual(fitClassifier(iris, { rows }));
  });

  it('gives a class without rows no chance, and the others all of it', () => {
    const some = rows.filter((row) => iris.labels[row] !== 1);
    const { classifier } = fitClassifier(iris, { rows: some });
    const predict = createPredict(classifier);
    const probabilities = predict([{ column: 0, value: 5 }]);
    expect(probabilities[1]).toBeLessThan(1e-12);
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
  });

  it('answers for any row with finite numbers', () => {
    const predict = createPredict(fitClassifier(iris, { rows }).classifier);
    for (const value of [0, -1e300, 1e300, 1e-300]) {
      const found = predict([0, 1, 2, 3].map((column) => ({ column, value })));
      expect(found.every(Number.isFinite)).toBe(true);
    }
  });

  it('of rows that contradict each other is uncertain and calibrated', () => {
    const lines = Array.from({ length: 200 }, (_, at) => `${at % 50},${at % 4 === 0 ? 'x' : 'y'}`);
    const table = readTable(`a,y\n${lines.join('\n')}`, 'data.csv');
    const { predictions } = evaluateTable(
      { ...table, groups: lines.map((_, at) => String(at)) },
      { folds: 4 },
    );
    expect(expectedCalibrationError(predictions)).toBeLessThan(0.1);
  });
});

describe('a report', () => {
  it('adds up, and is the same every time', () => {
    const { predictions } = evaluateTable(iris, { folds: 3, encoding: 'log', strengthC: 1 });
    const report = reportOn(predictions, iris.classes, { repetitions: 50 });
    expect(report.confusion.reduce((sum, { rows: count }) => sum + count, 0)).toBe(150);
    expect(report.bins.reduce((sum, { rows: count }) => sum + count, 0)).toBe(150);
    expect(report.coverage.at(-1)?.coverage).toBe(1);
    for (const { value, interval } of report.figures) {
      expect(value).not.toBeNaN();
      expect(interval!.low).toBeLessThanOrEqual(interval!.high);
    }
    expect(reportOn(predictions, iris.classes, { repetitions: 50 })).toEqual(report);
  });
});
