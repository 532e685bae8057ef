import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createOutside,
  fitRanges,
  outsideOfOthers,
} from '../../../../src/responder/diagnosis/novelty/ranges.ts';
import { sparseFromEntries } from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import { entriesOf } from './tables.ts';

const row = fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 6, maxLength: 6 });
const rows = fc.array(row, { minLength: 1, maxLength: 8 });

describe('ranges', () => {
  it('tell which features of a row lie outside of all rows', () => {
    fc.assert(
      fc.property(rows, row, (seen, other) => {
        const outsideOf = createOutside(fitRanges(sparseFromEntries(seen.map(entriesOf), 6)));
        const expected = other.flatMap((value, column) => {
          const values = seen.map((one) => one[column]!);
          return value < Math.min(...values) || value > Math.max(...values)
            ? [{ column, value }]
            : [];
        });
        const found = outsideOf(entriesOf(other)).toSorted((a, b) => a.column - b.column);
        expect(found).toEqual(expected);
      }),
    );
  });

  it('are those of the other groups for a row that is left out', () => {
    const grouped = fc.array(fc.tuple(row, fc.constantFrom('a', 'b', 'c')), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(grouped, (all) => {
        const matrix = sparseFromEntries(
          all.map(([values]) => entriesOf(values)),
          6,
        );
        const found = outsideOfOthers(
          matrix,
          all.map(([, group]) => group),
        );
        for (const [index, [values, group]] of all.entries()) {
          const others = all.filter(([, other]) => other !== group).map(([other]) => other);
          // Without any other group everything is outside of nothing.
          const ranges = fitRanges(sparseFromEntries(others.map(entriesOf), 6));
          const expected =
            others.length === 0
              ? [0, 1, 2, 3, 4, 5]
              : createOutside(ranges)(entriesOf(values)).map(({ column }) => column);
          expect(found[index]).toEqual(expected.toSorted((a, b) => a - b));
        }
      }),
    );
  });
});
