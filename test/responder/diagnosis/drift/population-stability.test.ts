import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LEAST_EVIDENCE,
  featureDrift,
  stabilityIndex,
} from '../../../../src/responder/diagnosis/drift/population-stability.ts';
import type { SeenEvidence } from '../../../../src/responder/diagnosis/drift/population-stability.ts';
import { binOf } from '../../../../src/responder/diagnosis/model/reference.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

describe('stabilityIndex', () => {
  it('is that of the textbook', () => {
    // With so many rows that the row that is added to each bin does not count: shares 0.5, 0.3, 0.2 and 0.4, 0.4, 0.2.
    const index = stabilityIndex([5e8, 3e8, 2e8], [4e8, 4e8, 2e8]);
    expect(index).toBeCloseTo(0.1 * Math.log(0.5 / 0.4) + 0.1 * Math.log(0.4 / 0.3), 8);
  });

  it('adds a row to each bin, so that an empty one is no infinity', () => {
    const shares = { expected: [4 / 5, 1 / 5], actual: [1 / 5, 4 / 5] };
    expect(stabilityIndex([3, 0], [0, 3])).toBeCloseTo(2 * 0.6 * Math.log(4), 12);
    expect(shares.expected[0]! - shares.actual[0]!).toBeCloseTo(0.6, 12);
  });

  it('is 0 for equal shares, never below, and the same both ways', () => {
    const counts = fc.array(fc.tuple(fc.nat(500), fc.nat(500)), { minLength: 2, maxLength: 9 });
    fc.assert(
      fc.property(counts, (pairs) => {
        const [a, b] = [pairs.map(([one]) => one), pairs.map(([, other]) => other)];
        expect(stabilityIndex(a, a)).toBe(0);
        expect(stabilityIndex(a, b)).toBeGreaterThanOrEqual(0);
        expect(stabilityIndex(a, b)).toBeCloseTo(stabilityIndex(b, a), 10);
      }),
    );
  });
});

describe('binOf', () => {
  it('counts the thresholds that the value is above', () => {
    expect([-1, 0, 0.5, 1, 1.5].map((value) => binOf([0, 1], value))).toEqual([0, 0, 1, 1, 2]);
  });
});

/** Two classes, of which "slow" has a high delay and "fast" a low one; as many rows of each. */
const model = {
  features: ['delay', 'load'],
  classes: ['fast', 'slow'],
  constants: {},
  encoding: [0, 1].map((feature) => ({
    feature,
    form: 'value' as const,
    threshold: 0,
    mean: 0,
    scale: 1,
    least: -1000,
    most: 1000,
  })),
  reference: {
    rowsByClass: [100, 100],
    features: [
      {
        feature: 0,
        thresholds: [5],
        counts: [
          [90, 10],
          [10, 90],
        ],
      },
      {
        feature: 1,
        thresholds: [1, 2],
        counts: [
          [34, 33, 33],
          [34, 33, 33],
        ],
      },
    ],
  },
};

function seen(count: number, ofSlow: number, delayFactor = 1): readonly SeenEvidence[] {
  const random = createSeededRandom(7);
  return Array.from({ length: count }, () => {
    const isSlow = random.next() < ofSlow;
    const isHigh = random.next() < (isSlow ? 0.9 : 0.1);
    return {
      values: [
        { name: 'delay', value: (isHigh ? 8 : 2) * delayFactor },
        { name: 'load', value: Math.floor(random.next() * 3) + 0.5 },
        { name: 'something new', value: 1 },
      ],
      probabilities: isSlow ? { fast: 0.05, slow: 0.95 } : { fast: 0.95, slow: 0.05 },
    };
  });
}

describe('featureDrift', () => {
  it('is small where evidence is like the training, however often each fault occurs', () => {
    for (const share of [0.5, 0.95]) {
      const drift = featureDrift(model, seen(200, share));
      expect(drift?.map(({ feature }) => feature).toSorted()).toEqual(['delay', 'load']);
      expect(Math.max(...(drift ?? []).map(({ psi }) => psi))).toBeLessThan(0.1);
    }
  });

  it('is large where a feature takes other values, and names it first', () => {
    const [first, second] = featureDrift(model, seen(200, 0.5, 10)) ?? [];
    expect(first?.feature).toBe('delay');
    expect(first?.psi).toBeGreaterThan(0.25);
    expect(second?.psi).toBeLessThan(0.1);
  });

  it('is unknown of too little evidence, and for a model without a reference', () => {
    expect(featureDrift(model, seen(LEAST_EVIDENCE - 1, 0.5))).toBeNull();
    expect(featureDrift({ ...model, reference: null }, seen(200, 0.5))).toBeNull();
  });
});
