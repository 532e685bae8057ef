import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFlagger,
  fitFlags,
  nearest,
} from '../../../../src/responder/diagnosis/novelty/flags.ts';
import { fitNovelty } from '../../../../src/responder/diagnosis/novelty/fit-novelty.ts';
import { leaveClassesOut } from '../../../../src/responder/diagnosis/novelty/novelties.ts';
import { createNovelty } from '../../../../src/responder/diagnosis/novelty/novelty.ts';
import { sparseFromEntries } from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import { readTable } from '../../../../src/responder/diagnosis/table/table.ts';
import type { LabelledTable } from '../../../../src/responder/diagnosis/table/table.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

/** Counts of twelve events; each class has three of its own and shares the rest. */
function counts(rowsPerClass: number): LabelledTable {
  const random = createSeededRandom(21);
  const lines = ['a', 'b', 'c', 'd'].flatMap((label, own) =>
    Array.from({ length: rowsPerClass }, () => {
      const cells = Array.from({ length: 12 }, (_, column) => {
        const isOwn = Math.floor(column / 3) === own;
        return Math.floor(random.next() * (isOwn ? 9 : 2)) + (isOwn ? 1 : 0);
      });
      return [...cells, label].join(',');
    }),
  );
  const header = [...Array.from({ length: 12 }, (_, column) => `event_${column}`), 'class'];
  return readTable([header.join(','), ...lines].join('\n'), 'counts.csv');
}

describe('flags', () => {
  it('differ between rows as often as one would count', () => {
    const row = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 40, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(row, { minLength: 3, maxLength: 8 }), (rows) => {
        const entries = rows.map((values) =>
          values.flatMap((value, column) => (value === 0 ? [] : [{ column, value }])),
        );
        const flags = fitFlags(sparseFromEntries(entries, 40));
        const flagsOf = createFlagger(flags);
        const naive = (a: readonly number[], b: readonly number[]): number =>
          flags.filter(({ feature, form, threshold }) => {
            const isPast = (value: number): boolean =>
              form === 'above' ? value > threshold : value < threshold;
            return isPast(a[feature]!) !== isPast(b[feature]!);
          }).length;
        const others = entries.slice(1).map((one) => flagsOf(one));
        const expected = Math.min(...rows.slice(1).map((other) => naive(rows[0]!, other)));
        expect(nearest(flagsOf(entries[0]!), others)).toBe(expected);
      }),
    );
    expect(nearest(new Uint32Array(1), [])).toBe(Infinity);
  });
});

describe('novelty', () => {
  it('is high for what no class claims and what lies far from all, and finite for anything', () => {
    const table = counts(40);
    const rows = [...table.groups.keys()];
    const noveltyOf = createNovelty(fitNovelty(table, rows, { encoding: 'steps', strengthC: 1 }));
    const everything = Array.from({ length: 12 }, (_, column) => ({ column, value: 9 }));
    expect(noveltyOf(everything)).toBe(1);
    for (const value of [-1e300, 1e300]) {
      const found = noveltyOf(everything.map((entry) => ({ ...entry, value })));
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(1);
    }
  });

  it('recognises classes that were never seen', () => {
    const table = counts(40);
    const left = leaveClassesOut(table, { encoding: 'steps', strengthC: 1, folds: 3 });
    expect(left.map(({ rows }) => rows)).toEqual([40, 40, 40, 40]);
    for (const { points } of left) {
      const [point] = points.filter(({ falseUnknown }) => falseUnknown <= 0.05).slice(-1);
      expect(point?.unknown).toBeGreaterThan(0.8);
    }
  });

  it('is the same to the bit every time', () => {
    const table = counts(15);
    const options = { encoding: 'log', strengthC: 1, folds: 2 } as const;
    expect(leaveClassesOut(table, options)).toEqual(leaveClassesOut(table, options));
  });
});
