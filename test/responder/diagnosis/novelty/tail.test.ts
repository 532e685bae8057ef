import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { harmonicMean, tailProbability } from '../../../../src/responder/diagnosis/novelty/tail.ts';

const references = fc
  .array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 60 })
  .map((values) => values.toSorted((a, b) => a - b));
const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });

describe('tail probabilities', () => {
  it('count the references that are no smaller, the value itself among them', () => {
    const four = [1, 2, 2, 3];
    expect([0, 2, 2.5, 3, 9].map((one) => tailProbability(four, one))).toEqual([
      1, 0.8, 0.4, 0.4, 0.2,
    ]);
    expect(tailProbability([], 7)).toBe(1);
  });

  it('never rise with the value, and stay above 0', () => {
    fc.assert(
      fc.property(references, value, value, (given, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((one) =>
          tailProbability(given, one),
        );
        expect(low).toBeLessThanOrEqual(1);
        expect(low).toBeGreaterThanOrEqual(high!);
        expect(high).toBeGreaterThan(0);
      }),
    );
  });

  it('tell values apart that lie beyond all references', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => index);
    const [near, far] = [tailProbability(hundred, 101), tailProbability(hundred, 110)];
    expect(near).toBeLessThan(1 / 100);
    expect(far).toBeLessThan(near);
  });

  it('have a harmonic mean of at most twice the smaller one', () => {
    expect(harmonicMean([0.5, 0.5])).toBe(0.5);
    expect(harmonicMean([0.01, 1])).toBeCloseTo(0.0198, 4);
  });
});
