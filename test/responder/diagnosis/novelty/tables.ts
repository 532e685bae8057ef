import type { SparseEntry } from '../../../../src/responder/diagnosis/logistic/logistic.ts';
import { readTable } from '../../../../src/responder/diagnosis/table/table.ts';
import type { LabelledTable } from '../../../../src/responder/diagnosis/table/table.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

/** Counts of twelve events; each class has three of its own and shares the rest. */
export function counts(rowsPerClass: number): LabelledTable {
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

/** A table of given numbers. */
export function tableOf(
  rows: readonly (readonly number[])[],
  labels: readonly string[],
): LabelledTable {
  const header = [...rows[0]!.keys().map((column) => `feature_${column}`), 'class'];
  const lines = rows.map((row, index) => [...row, labels[index]].join(','));
  return readTable([header.join(','), ...lines].join('\n'), 'numbers.csv');
}

export function entriesOf(row: readonly number[]): readonly SparseEntry[] {
  return row.flatMap((value, column) => (value === 0 ? [] : [{ column, value }]));
}
