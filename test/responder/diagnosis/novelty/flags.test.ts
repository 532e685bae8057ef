import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFlagger,
  distanceTo,
  fitFlags,
  layOut,
} from '../../../../src/responder/diagnosis/novelty/flags.ts';
import {
  joinRows,
  nearestTo,
  packBits,
  unpackBits,
} from '../../../../src/responder/diagnosis/novelty/seen-rows.ts';
import { sparseFromEntries } from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import { entriesOf } from './tables.ts';

const COLUMNS = 300;
const row = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: COLUMNS, maxLength: COLUMNS });

describe('flags', () => {
  it('differ between rows as one would count them, each by its weight', () => {
    const rows = fc.array(row, { minLength: 2, maxLength: 7 });
    fc.assert(
      fc.property(rows, (values) => {
        const entries = values.map(entriesOf);
        const flags = fitFlags(sparseFromEntries(entries, COLUMNS));
        const steps = Map.groupBy(flags, ({ feature }) => feature);
        const naive = (a: readonly number[], b: readonly number[]): number =>
          flags.reduce((sum, { feature, form, threshold }) => {
            const isPast = (value: number): boolean =>
              form === 'above' ? value > threshold : value < threshold;
            const differs = isPast(a[feature]!) !== isPast(b[feature]!);
            return sum + (differs ? 1 / Math.sqrt(steps.get(feature)!.length) : 0);
          }, 0);
        const layout = layOut(flags);
        const flagsOf = createFlagger(layout);
        const [first, ...others] = entries.map(flagsOf);
        const seen = joinRows(others, layout.words);
        const expected = values.slice(1).map((other) => naive(values[0]!, other));
        for (const [index, distance] of expected.entries()) {
          expect(distanceTo(first!, seen.bits, index, layout)).toBeCloseTo(distance, 9);
        }
        const nearest = expected.toSorted((a, b) => a - b).slice(0, 3);
        const mean = nearest.reduce((sum, one) => sum + one, 0) / nearest.length;
        expect(nearestTo(first!, seen, layout).distance).toBeCloseTo(mean, 9);
      }),
      { numRuns: 40 },
    );
  });

  it('are infinitely far from nothing', () => {
    const layout = layOut([]);
    const bits = createFlagger(layout)([]);
    expect(nearestTo(bits, joinRows([], 1), layout)).toEqual({ distance: Infinity, index: -1 });
  });

  it('are written as text and read back', () => {
    const words = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1 });
    fc.assert(
      fc.property(words, (values) => {
        const bits = Uint32Array.from(values);
        expect(unpackBits(packBits(bits), bits.length)).toEqual(bits);
        expect(unpackBits(packBits(bits), bits.length + 1)).toBeUndefined();
      }),
    );
  });
});
