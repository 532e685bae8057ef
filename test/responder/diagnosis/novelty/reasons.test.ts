import { describe, expect, it } from 'vitest';
import {
  createNoveltyReasons,
  fitNovelty,
} from '../../../../src/responder/diagnosis/novelty/novelties.ts';
import { entriesOf, tableOf } from './tables.ts';

const ROWS: readonly (readonly number[])[] = [
  [0, 1, 5, 0],
  [0, 2, 5, 0],
  [3, 1, 5, 0],
  [3, 2, 6, 0],
  [3, 3, 6, 0],
];
const table = tableOf(ROWS, ['a', 'a', 'b', 'b', 'b']);
const reasonsOf = createNoveltyReasons(fitNovelty(table, [...table.groups.keys()]).novelty);

describe('reasons of novelty', () => {
  it('are none for a row that was seen', () => {
    for (const row of ROWS) expect(reasonsOf(entriesOf(row))).toEqual([]);
  });

  it('name values that were never seen, also of a feature that never varied or is missing', () => {
    expect(reasonsOf(entriesOf([3, 12, 0, 7]))).toEqual([
      { feature: 1, value: 12, kind: 'unseen', from: 1, to: 3 },
      { feature: 2, value: 0, kind: 'unseen', from: 5, to: 6 },
      { feature: 3, value: 7, kind: 'unseen', from: 0, to: 0 },
    ]);
  });

  it('name what differs from the row of the training that is most like it', () => {
    expect(reasonsOf(entriesOf([0, 1, 6, 0]))).toEqual([
      { feature: 2, value: 6, kind: 'unlike_nearest', from: null, to: 5.5 },
    ]);
    expect(reasonsOf(entriesOf([3, 3, 5, 0]))).toEqual([
      { feature: 2, value: 5, kind: 'unlike_nearest', from: 5.5, to: null },
    ]);
  });
});
