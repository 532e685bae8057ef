import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  groupFolds,
  splitsOf,
  timeSplits,
} from '../../../../src/responder/diagnosis/classifier/folds.ts';

const rows = fc.array(fc.record({ label: fc.nat({ max: 3 }), group: fc.nat({ max: 12 }) }), {
  minLength: 1,
  maxLength: 80,
});

describe('folds', () => {
  it('never divide a group, and hold every row once', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 2, max: 6 }), fc.nat(), (all, count, seed) => {
        const labels = all.map(({ label }) => label);
        const groups = all.map(({ group }) => `g${group}`);
        const folds = groupFolds({ labels, groups }, count, seed);
        const foldsOf = Map.groupBy(groups.keys(), (row) => groups[row]);
        for (const own of foldsOf.values()) {
          expect(new Set(own.map((row) => folds[row])).size).toBe(1);
        }
        const tested = splitsOf(folds, count).flatMap(({ test }) => test);
        expect(tested.toSorted((a, b) => a - b)).toEqual([...groups.keys()]);
        expect(groupFolds({ labels, groups }, count, seed)).toEqual(folds);
      }),
    );
  });

  it('get their share of each class when rows stand for themselves', () => {
    const labels = Array.from({ length: 100 }, (_, row) => (row < 80 ? 0 : 1));
    const groups = labels.map((_, row) => String(row));
    const folds = groupFolds({ labels, groups }, 5);
    for (const { test } of splitsOf(folds, 5)) {
      expect(test.length).toBe(20);
      expect(test.filter((row) => labels[row] === 1).length).toBe(4);
    }
  });

  it('are dealt out otherwise by another seed', () => {
    const labels = Array.from({ length: 40 }, (_, row) => row % 2);
    const groups = labels.map((_, row) => String(row));
    expect(groupFolds({ labels, groups }, 4, 1)).not.toEqual(groupFolds({ labels, groups }, 4, 2));
  });
});

describe('folds in the order of time', () => {
  it('train on nothing that came later, and on no group that they test', () => {
    const times = fc.array(fc.nat({ max: 1000 }), { minLength: 12, maxLength: 60 });
    fc.assert(
      fc.property(times, fc.nat({ max: 5 }), (all, groupCount) => {
        const groups = all.map((_, row) => String(row % (groupCount + 1)));
        const splits = timeSplits(all, groups, 3);
        for (const { train, test } of splits) {
          const tested = new Set(test.map((row) => groups[row]));
          const earliest = Math.min(...test.map((row) => all[row]!));
          expect(train.every((row) => all[row]! <= earliest)).toBe(true);
          expect(train.some((row) => tested.has(groups[row]))).toBe(false);
        }
        const seen = splits.flatMap(({ test }) => test);
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });
});
