import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createJudgeRow,
  readKnownRows,
  readTable,
  trainModel,
} from '../../../src/responder/diagnosis/diagnosis.ts';
import type { TrainedModel } from '../../../src/responder/diagnosis/diagnosis.ts';

const IRIS = readFileSync(new URL('../../fixtures/cli/iris.csv', import.meta.url), 'utf8');
const FAST = { folds: 3, strengthC: 1 };

const iris = trainModel(readTable(IRIS, 'iris.csv'), FAST).model;
const stepped = trainModel(readTable(IRIS, 'iris.csv'), { ...FAST, encoding: 'steps' }).model;
const two = trainModel(
  readTable(IRIS.replaceAll('virginica', 'versicolor'), 'iris.csv'),
  FAST,
).model;

function sumOf(parts: readonly { readonly contribution: number }[]): number {
  return parts.reduce((sum, { contribution }) => sum + contribution, 0);
}

describe('createJudgeRow', () => {
  it('predicts what it learnt', () => {
    const judge = createJudgeRow(iris);
    const { rows } = readKnownRows(IRIS, 'iris.csv', iris);
    const labels = IRIS.trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').at(-1));
    const right = rows.filter((row, index) => judge(row).likeliest === labels[index]).length;
    expect(right / rows.length).toBeGreaterThan(0.95);
  });

  it.each([
    ['three classes', iris],
    ['three classes in steps', stepped],
    ['two classes', two],
  ])('gives reasons that add up to the logit within 1e-9, for %s', (_, model: TrainedModel) => {
    const judge = createJudgeRow(model);
    const value = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 4, maxLength: 4 }), (values) => {
        const row = values.map((one, index) => ({ name: model.columns[index]!, value: one }));
        const found = judge({ line: 1, values: row });
        const k = model.classes.indexOf(found.likeliest);
        const second = model.classes.indexOf(found.second);
        const [p, q] = [found.probabilities[k]!, found.probabilities[second]!];
        expect(Math.abs(found.base + sumOf(found.reasons) - found.score)).toBeLessThan(1e-9);
        expect(found.probabilities.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
        // Of two classes the score is the logarithm of the odds; of several only their differences are.
        const logOdds = Math.log(p / q);
        if (model.classes.length === 2 && q > 1e-9) {
          expect(Math.abs(found.score - logOdds)).toBeLessThan(1e-6);
        }
        const ofMean = judge({ line: 1, values: [] });
        expect(Number.isFinite(sumOf(ofMean.againstSecond))).toBe(true);
      }),
    );
  });

  it('says why one class and not the next: the difference is the logarithm of their odds', () => {
    const judge = createJudgeRow(iris);
    const rows = readKnownRows(IRIS, 'iris.csv', iris).rows;
    for (const row of [rows[0]!, rows[60]!, rows[120]!]) {
      const found = judge(row);
      const [p, q] = [found.likeliest, found.second].map(
        (name) => found.probabilities[iris.classes.indexOf(name)]!,
      );
      // The base of the comparison is what the parts leave of the logarithm: the same for all rows of the pair.
      const other = judge({
        line: 1,
        values: row.values.map((one) => ({ ...one, value: one.value + 0.01 })),
      });
      const [p2, q2] = [found.likeliest, found.second].map(
        (name) => other.probabilities[iris.classes.indexOf(name)]!,
      );
      const base = Math.log(p! / q!) - sumOf(found.againstSecond);
      if (other.likeliest !== found.likeliest || other.second !== found.second) continue;
      expect(Math.log(p2! / q2!) - sumOf(other.againstSecond)).toBeCloseTo(base, 8);
    }
  });

  it('does not know what the training never had', () => {
    const table = readTable(
      `size,colour,y\n${Array.from({ length: 30 }, (_, at) => `${at},${at % 2 ? 'red' : 'blue'},${at % 2 ? 'b' : 'a'}`).join('\n')}\n`,
      'training.csv',
    );
    const { model } = trainModel(table, FAST);
    const judge = createJudgeRow(model);
    const { rows } = readKnownRows('size,colour\n3,green\n3,red\n', 'data.csv', model);
    const [green, red] = rows.map(judge);
    expect(green).toMatchObject({ answer: 'unknown', unseen: ['colour=green'] });
    expect(green?.whyUnknown).toBe('1 of 2 facts never occurred in the training (colour=green)');
    expect(red).toMatchObject({ answer: 'b', unseen: [], whyUnknown: null });
  });

  it('lets costs decide, and says so', () => {
    const table = readTable(IRIS, 'iris.csv');
    const costs = [{ actual: 'virginica', answer: 'versicolor', cost: 1e6 }];
    const judge = createJudgeRow(trainModel(table, { ...FAST, costs }).model);
    const { rows } = readKnownRows(IRIS, 'iris.csv', iris);
    const answers = new Set(rows.map((row) => judge(row).answer));
    expect(answers).not.toContain('versicolor');
    const doubted = rows.map(judge).find(({ whyUnknown }) => whyUnknown?.includes('cost'));
    expect(doubted?.whyUnknown).toMatch(
      /naming it is expected to cost .* more than the .* of naming none/,
    );
  });
});
