import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowOf } from '../../../../src/responder/diagnosis/classifier/rows.ts';
import {
  createNovelty,
  fitNovelty,
  leaveClassesOut,
  noveltyLimitOf,
} from '../../../../src/responder/diagnosis/novelty/novelties.ts';
import { counts, entriesOf, tableOf } from './tables.ts';

const small = fc
  .array(
    fc.tuple(
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 }),
      fc.constantFrom('a', 'b', 'c'),
    ),
    { minLength: 1, maxLength: 14 },
  )
  .map((rows) => ({ values: rows.map(([row]) => row), labels: rows.map(([, label]) => label) }));
const anyRow = fc.array(
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  { minLength: 4, maxLength: 4 },
);

describe('novelty', () => {
  it('is from 0 to 1 for any row after any training', () => {
    fc.assert(
      fc.property(small, fc.array(anyRow), ({ values, labels }, others) => {
        const table = tableOf(values, labels);
        const { novelty: model } = fitNovelty(table, [...table.groups.keys()]);
        const noveltyOf = createNovelty(model);
        for (const row of [...values, ...others]) {
          const novelty = noveltyOf(entriesOf(row));
          expect(novelty).toBeGreaterThanOrEqual(0);
          expect(novelty).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is highest for what no class claims and what lies far from all', () => {
    const table = counts(40);
    const { novelty: model } = fitNovelty(table, [...table.groups.keys()]);
    const noveltyOf = createNovelty(model);
    const everything = noveltyOf(entriesOf(Array.from({ length: 12 }, () => 99)));
    expect(everything).toBeGreaterThan(0.999);
    const seen = [...table.groups.keys()].map((row) => noveltyOf(rowOf(table.matrix, row)));
    expect(Math.max(...seen)).toBeLessThan(everything);
  });

  it('calls rows of the training unknown no more often than its limit says', () => {
    const table = counts(40);
    const rows = [...table.groups.keys()];
    const { novelty, leftOutScores } = fitNovelty(table, rows);
    const noveltyOf = createNovelty(novelty);
    const limit = noveltyLimitOf(leftOutScores, 0.05);
    const unknown = rows.filter((row) => noveltyOf(rowOf(table.matrix, row)) > limit);
    expect(unknown.length).toBeLessThanOrEqual(0.05 * rows.length);
  });

  it('does not depend on the order of the columns', () => {
    const table = counts(25);
    const rows = [...table.groups.keys()];
    const values = rows.map((row) => {
      const found = new Map(rowOf(table.matrix, row).map((entry) => [entry.column, entry.value]));
      return Array.from({ length: 12 }, (_, column) => found.get(column) ?? 0);
    });
    const order = [7, 2, 11, 0, 5, 9, 1, 10, 3, 8, 4, 6];
    const permute = (row: readonly number[]): readonly number[] => order.map((at) => row[at]!);
    const labels = rows.map((row) => table.classes[table.labels[row]!]!);
    // Groups are named after the contents of rows, so they are taken over.
    const permuted = { ...tableOf(values.map(permute), labels), groups: table.groups };
    const [first, second] = [fitNovelty(table, rows), fitNovelty(permuted, rows)];
    expect(second.novelty.references.distances).toEqual(first.novelty.references.distances);
    for (const [row, score] of first.leftOutScores.entries()) {
      expect(second.leftOutScores[row]).toBeCloseTo(score, 1);
    }
    const [before, after] = [createNovelty(first.novelty), createNovelty(second.novelty)];
    const strange = Array.from({ length: 12 }, (_, column) => (column % 5) * 3);
    for (const row of [...values, strange]) {
      expect(after(entriesOf(permute(row)))).toBeCloseTo(before(entriesOf(row)), 1);
    }
  });

  it('sees a feature that never varied in the training', () => {
    const table = tableOf(
      Array.from({ length: 60 }, (_, index) => [index % 7, (index * 5) % 11, 0]),
      Array.from({ length: 60 }, (_, index) => (index % 7 > 3 ? 'a' : 'b')),
    );
    const noveltyOf = createNovelty(fitNovelty(table, [...table.groups.keys()]).novelty);
    expect(noveltyOf(entriesOf([3, 5, 4]))).toBeGreaterThan(noveltyOf(entriesOf([3, 5, 0])));
  });

  it('keeps a bounded number of rows, of rare classes all', () => {
    const many = Array.from({ length: 2600 }, (_, index) => [index, index % 13, index % 7]);
    const labels = many.map((_, index) => (index % 100 === 0 ? 'rare' : index % 2 ? 'a' : 'b'));
    const table = tableOf(many, labels);
    const { novelty: model } = fitNovelty(table, [...table.groups.keys()]);
    expect(model.references.distances).toHaveLength(2000);
    expect(model.references.unclaimed).toHaveLength(2000);
    expect(model.seen.length).toBeLessThanOrEqual(2000);
    const { minima, maxima } = model.ranges;
    expect([minima, maxima]).toEqual([
      [0, 0, 0],
      [2599, 12, 6],
    ]);
  });
});

describe('leaving classes out', () => {
  it('tells how many rows of classes that were never seen are recognised', () => {
    const table = counts(40);
    const left = leaveClassesOut(table, { folds: 3 });
    expect(left.map(({ rows }) => rows)).toEqual([40, 40, 40, 40]);
    for (const { points, ownLimit } of left) {
      const [point] = points.filter(({ falseUnknown }) => falseUnknown <= 0.05).slice(-1);
      expect(point?.unknown).toBeGreaterThan(0.8);
      expect(ownLimit.unknown).toBeGreaterThan(0.8);
      expect(ownLimit.falseUnknown).toBeLessThan(0.15);
    }
  });

  it('works with one known class, which nothing can claim rows against', () => {
    const table = counts(20);
    const two = [...table.groups.keys()].filter((row) => table.labels[row]! < 2);
    const pair = tableOf(
      two.map((row) => {
        const found = new Map(rowOf(table.matrix, row).map((entry) => [entry.column, entry.value]));
        return Array.from({ length: 12 }, (_, column) => found.get(column) ?? 0);
      }),
      two.map((row) => table.classes[table.labels[row]!]!),
    );
    for (const { points } of leaveClassesOut(pair, { folds: 4 })) {
      expect(points.at(-1)?.unknown).toBeGreaterThan(0.8);
    }
  });

  it('is the same to the bit every time', () => {
    const table = counts(15);
    const options = { encoding: 'log', strengthC: 1, folds: 2 } as const;
    expect(leaveClassesOut(table, options)).toEqual(leaveClassesOut(table, options));
  });

  it('refuses rows of one class alone', () => {
    expect(() => leaveClassesOut(tableOf([[1], [2]], ['a', 'a']))).toThrow(/all rows are of/);
  });
});
