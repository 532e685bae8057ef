import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY_HISTOGRAM,
  histogramValue,
  observe,
} from '../../../src/exporter/exposition/native-histogram.ts';
import type { NativeHistogram } from '../../../src/exporter/exposition/native-histogram.ts';

function histogramOf(values: readonly number[]): NativeHistogram {
  return values.reduce<NativeHistogram>((all, value) => observe(all, value), EMPTY_HISTOGRAM);
}

/** Buckets by index, put together again from spans and counts. */
function bucketsOf(histogram: NativeHistogram): ReadonlyMap<number, number> {
  const { spans = [], counts = [] } = histogramValue(histogram).native ?? {};
  const buckets = new Map<number, number>();
  let index = 0;
  let position = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let step = 0; step < length; step++)
      buckets.set(index++, counts[position++] ?? Number.NaN);
  }
  expect(position).toBe(counts.length);
  return new Map([...buckets].filter(([, count]) => count > 0));
}

describe('a native histogram', () => {
  it('puts every value into the bucket whose bounds hold it, and loses none', () => {
    const value = fc.oneof(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.integer({ min: -30, max: 30 }).map((power) => 2 ** (power / 8)),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: 60 }), (values) => {
        const histogram = histogramOf(values);
        const buckets = bucketsOf(histogram);
        expect(buckets).toEqual(new Map([...histogram.buckets].sort(([a], [b]) => a - b)));
        const inBuckets = [...buckets.values()].reduce((sum, count) => sum + count, 0);
        expect(inBuckets + histogram.zeroCount).toBe(values.length);
        const width = 2 ** -histogram.schema;
        for (const [index, count] of buckets) {
          const held = values.filter(
            (one) =>
              one > 2 ** ((index - 1) * width) && one <= 2 ** (index * width) && one > 2 ** -128,
          );
          expect(count).toBe(held.length);
        }
      }),
    );
  });

  it('gets coarser instead of larger', () => {
    const values = Array.from({ length: 2000 }, (_, index) => 1.05 ** (index - 1000));
    const histogram = histogramOf(values);
    expect(histogram.buckets.size).toBeLessThanOrEqual(160);
    expect(histogram.schema).toBeLessThan(3);
    expect([...histogram.buckets.values()].reduce((sum, count) => sum + count, 0)).toBe(2000);
  });
});
