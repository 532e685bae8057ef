import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fitPlatt,
  fitTemperature,
} from '../../../../src/responder/diagnosis/calibration/calibration.ts';
import type { ScoredRow } from '../../../../src/responder/diagnosis/calibration/calibration.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

/** Rows whose classes are drawn by the softmax of their scores, which claim `factor` times as much as they may. */
function drawn(factor: number, count: number): readonly ScoredRow[] {
  const random = createSeededRandom(3);
  return Array.from({ length: count }, () => {
    const scores = [0, 1, 2].map(() => 4 * random.next() - 2);
    const shares = scores.map(Math.exp);
    let rest = random.next() * shares.reduce((sum, share) => sum + share, 0);
    const actual = shares.findIndex((share) => (rest -= share) < 0);
    return { actual: actual < 0 ? 2 : actual, scores: scores.map((score) => score * factor) };
  });
}

function lossAt(rows: readonly ScoredRow[], temperature: number): number {
  const losses = rows.map(({ actual, scores }) => {
    const scaled = Array.from(scores, (score) => score / temperature);
    const largest = Math.max(...scaled);
    const total = scaled.reduce((sum, score) => sum + Math.exp(score - largest), 0);
    return largest + Math.log(total) - scaled[actual]!;
  });
  return losses.reduce((sum, loss) => sum + loss, 0);
}

describe('temperature', () => {
  it.each([0.5, 1, 3])('takes back what scores claim too much, %d times', (factor) => {
    expect(fitTemperature(drawn(factor, 20_000)) / factor).toBeCloseTo(1, 1);
  });

  it('has the smallest loss', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 4, noNaN: true }), (factor) => {
        const rows = drawn(factor, 60);
        const found = fitTemperature(rows);
        const least = lossAt(rows, found);
        expect(least).toBeLessThanOrEqual(lossAt(rows, found * 1.001) + 1e-12);
        expect(least).toBeLessThanOrEqual(lossAt(rows, found / 1.001) + 1e-12);
      }),
      { numRuns: 50 },
    );
  });

  it('stays within its bounds when all scores are wrong, and has 1 without any', () => {
    expect(fitTemperature([{ actual: 1, scores: [2, 1] }])).toBe(20);
    expect(fitTemperature([])).toBe(1);
  });

  it.each([1, 10, 1000])('does not claim certainty because %d rows were all right', (count) => {
    const rows = Array.from({ length: count }, () => ({ actual: 0, scores: [3, 1, 1] }));
    const scaled = rows[0]!.scores.map((score) => Math.exp(score / fitTemperature(rows)));
    const probability = scaled[0]! / scaled.reduce((sum, one) => sum + one, 0);
    expect(probability).toBeCloseTo((count + 0.5) / (count + 1), 6);
  });
});

describe("Platt's scaling", () => {
  it('finds slope and offset of the scores', () => {
    const random = createSeededRandom(4);
    const cases = Array.from({ length: 20_000 }, () => {
      const score = 6 * random.next() - 3;
      const isSecond = random.next() < 1 / (1 + Math.exp(-(0.5 * score + 0.7)));
      return { score, isSecond };
    });
    const { slope, offset } = fitPlatt(cases);
    expect(slope).toBeCloseTo(0.5, 1);
    expect(offset).toBeCloseTo(0.7, 1);
  });

  it('does not run away when the scores part the classes', () => {
    const cases = [-2, -1, 1, 2].map((score) => ({ score, isSecond: score > 0 }));
    const { slope, offset } = fitPlatt(cases);
    expect(slope).toBeGreaterThan(0.3);
    expect(slope).toBeLessThan(3);
    expect(Math.abs(offset)).toBeLessThan(1e-6);
  });

  it('changes nothing when only one class is there', () => {
    expect(fitPlatt([{ score: 1, isSecond: true }])).toEqual({ slope: 1, offset: 0 });
  });
});
