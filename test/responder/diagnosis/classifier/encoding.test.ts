import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createEncoder,
  fitEncoding,
} from '../../../../src/responder/diagnosis/classifier/encoding.ts';
import type { EncodingKind } from '../../../../src/responder/diagnosis/classifier/encoding.ts';
import { sparseFromEntries } from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import type { SparseMatrix } from '../../../../src/responder/diagnosis/logistic/logistic.ts';

function column(values: readonly number[]): SparseMatrix {
  const rows = values.map((value) => (value === 0 ? [] : [{ column: 0, value }]));
  return sparseFromEntries(rows, 1);
}

/** What each form of the column says of a value, before it is scaled. */
function encoded(values: readonly number[], kind: EncodingKind, value: number): readonly number[] {
  const encoding = fitEncoding(column(values), kind);
  const row = createEncoder(encoding)(value === 0 ? [] : [{ column: 0, value }]);
  return encoding.map(
    ({ scale }, at) => (row.find((entry) => entry.column === at)?.value ?? 0) * scale,
  );
}

describe('an encoding', () => {
  it('keeps a number, takes its logarithm, or says how far up it is as well', () => {
    const values = [0, 1, 3, 7];
    expect(encoded(values, 'plain', 3)).toEqual([3]);
    expect(encoded(values, 'log', 3)[0]).toBeCloseTo(Math.log(4), 12);
    const steps = encoded(values, 'steps', 3).map((value) => Number(value.toFixed(6)));
    // The steps lie at 0.5, 2 and 5.
    expect(steps).toEqual([Number(Math.log(4).toFixed(6)), 1, 1, 0]);
    expect(encoded(values, 'steps', 100).slice(1).map(Math.round)).toEqual([1, 1, 1]);
  });

  it('takes what lies beyond all rows for the last that was seen', () => {
    expect(encoded([2, 3, 7], 'plain', 100)).toEqual([7]);
    expect(encoded([2, 3, 7], 'plain', -100)).toEqual([2]);
    expect(encoded([-1, 0, 4], 'log', -50)[0]).toBeCloseTo(-Math.log(2), 12);
    // A value that is not there is 0, and 0 was seen.
    expect(encoded([0, 3, 7], 'plain', -5)).toEqual([0]);
  });

  it('divides by no smaller spread than the table gives', () => {
    const [fine] = fitEncoding(column([1, 1.001, 1.002]), 'plain');
    const [floored] = fitEncoding(column([1, 1.001, 1.002]), 'plain', 0.1);
    expect(fine?.scale).toBeLessThan(0.001);
    expect(floored?.scale).toBe(0.1);
    expect(fitEncoding(column([1, 5, 9]), 'plain', 0.1)[0]?.scale).toBeGreaterThan(3);
  });

  it('leaves out what does not vary, and steps where two values say it all', () => {
    expect(fitEncoding(column([5, 5, 5]), 'steps')).toEqual([]);
    expect(fitEncoding(column([0, 1, 1]), 'steps').map(({ form }) => form)).toEqual(['log']);
  });

  it('has at most eight steps, over all of the range', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    const thresholds = fitEncoding(column(values), 'steps').slice(1);
    expect(thresholds.length).toBe(8);
    expect(thresholds[0]?.threshold).toBe(0.5);
    expect(thresholds[7]?.threshold).toBe(98.5);
  });

  it('makes of zero nothing, with whichever signs', () => {
    const numbers = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(
        numbers,
        fc.constantFrom<EncodingKind>('plain', 'log', 'steps'),
        (values, kind) => {
          expect(encoded(values, kind, 0).every((value) => value === 0)).toBe(true);
          const encoding = fitEncoding(column(values), kind);
          expect(encoding.every(({ scale }) => scale > 0 && Number.isFinite(scale))).toBe(true);
        },
      ),
    );
  });

  it('has the mean and the standard deviation of its rows', () => {
    const values = [0, 0, 2, 4, -3];
    const [first] = fitEncoding(column(values), 'plain');
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(first?.mean).toBeCloseTo(mean, 12);
    expect(first?.scale).toBeCloseTo(Math.sqrt(variance), 12);
  });
});
