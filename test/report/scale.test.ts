import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearScale, rangeOf, ticksOf } from '../../src/report/scale.ts';

const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const ranges = fc
  .tuple(finite, finite)
  .map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }))
  // Narrower ones have no round numbers between them that a double can tell apart.
  .filter(({ low, high }) => low === high || high - low > 1e-6 * Math.max(-low, high));

/** Digits of a number without zeros at either end: a round number has few. */
function digitsOf(value: number): string {
  return value
    .toPrecision(12)
    .replace(/e.*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
}

describe('ticks', () => {
  it('cover the range with steps of 1, 2 or 5 times a power of ten', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 12 }), (range, count) => {
        const ticks = ticksOf(range, { count });
        expect(ticks[0]).toBeLessThanOrEqual(range.low);
        expect(ticks.at(-1)).toBeGreaterThanOrEqual(range.high);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        expect(ticks.length).toBeLessThanOrEqual(count + 2);
        // None could be left out at either end.
        expect(ticks[1]).toBeGreaterThan(range.low);
        const step = ticks[1]! - ticks[0]!;
        const scale = Math.max(...ticks.map(Math.abs));
        for (const [index, tick] of ticks.entries()) {
          expect(Math.abs(tick - (ticks[0]! + index * step))).toBeLessThanOrEqual(1e-9 * scale);
        }
      }),
    );
  });

  it('are round: whole multiples of their step, which has one digit', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), (high) => {
        const ticks = ticksOf({ low: 0, high });
        expect(['1', '2', '5']).toContain(digitsOf(ticks[1]!));
        for (const tick of ticks) expect(digitsOf(tick).length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('never lead beyond the largest share', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.95, noNaN: true }), (low) => {
        const ticks = ticksOf({ low, high: 1 });
        expect(ticks.at(-1)).toBe(1);
        expect(ticks[0]).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('are whole where there are no halves', () => {
    expect(ticksOf({ low: 0, high: 1 }, { smallestStep: 1 })).toEqual([0, 1]);
    expect(ticksOf({ low: 0, high: 3 }, { count: 2, smallestStep: 1 })).toEqual([0, 2, 4]);
  });

  it('are written as people would', () => {
    expect(ticksOf({ low: 0.9, high: 1 })).toEqual([0.9, 0.92, 0.94, 0.96, 0.98, 1]);
    expect(ticksOf({ low: 0, high: 0.3 })).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksOf({ low: 134, high: 134 })).toEqual([130, 135, 140, 145, 150]);
  });
});

describe('a linear scale', () => {
  it('takes the ends to the ends, and keeps distances in proportion', () => {
    fc.assert(
      fc.property(
        // Between the smallest doubles there are no others.
        ranges.filter(({ low, high }) => high - low > 1e-300),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (range, at) => {
          const scale = linearScale(range, 100, 20);
          expect(scale(range.low)).toBe(100);
          expect(scale(range.high)).toBeCloseTo(20, 9);
          // A narrow range far from 0 leaves few digits to the numbers within it.
          const width = range.high - range.low;
          const lost = (Number.EPSILON * (Math.abs(range.low) + Math.abs(range.high))) / width;
          const found = scale(range.low + at * width);
          expect(Math.abs(found - (100 - 80 * at))).toBeLessThan(1e-9 + 160 * lost);
        },
      ),
    );
  });

  it('begins and ends at the outermost ticks', () => {
    expect(rangeOf([0, 5, 10])).toEqual({ low: 0, high: 10 });
  });
});
