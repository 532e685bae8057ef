import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAdwin } from '../../../../src/responder/diagnosis/drift/adwin.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

/** Where changes were found in a stream of 0 and 1, of which the share of 1 is given for each stretch. */
function changesIn(seed: number, stretches: readonly (readonly [count: number, mean: number])[]) {
  const random = createSeededRandom(seed);
  const adwin = createAdwin();
  const changes: { index: number; kind: string }[] = [];
  let index = 0;
  for (const [count, mean] of stretches) {
    for (let value = 0; value < count; value++, index++) {
      const kind = adwin.add(random.next() < mean ? 1 : 0);
      if (kind !== null) changes.push({ index, kind });
    }
  }
  return { changes, adwin };
}

describe('createAdwin', () => {
  it('finds the change of the example of river no later than river does', () => {
    // river's documentation: 1,000 of 0 or 1, then 1,000 of 4 to 7, with cuts every 32 values, is found at index 1023.
    const random = createSeededRandom(12_345);
    const draw = (from: number, count: number): number => from + Math.floor(random.next() * count);
    const stream = [
      ...Array.from({ length: 1000 }, () => draw(0, 2)),
      ...Array.from({ length: 1000 }, () => draw(4, 4)),
    ];
    for (const [clock, latest] of [
      [32, 1023],
      [1, 1023],
    ] as const) {
      const adwin = createAdwin({ clock });
      const found = stream.findIndex((value) => adwin.add(value / 7) === 'rise');
      expect(found).toBeGreaterThanOrEqual(1000);
      expect(found).toBeLessThanOrEqual(latest);
    }
  });

  it.each([
    [0.2, 0.8, 40],
    [0.5, 1, 60],
    [0.1, 0.3, 300],
  ])(
    'finds a rise from %d to %d within %d values, and forgets what was before',
    (from, to, within) => {
      for (let seed = 1; seed <= 20; seed++) {
        const { changes, adwin } = changesIn(seed, [
          [1000, from],
          [1000, to],
        ]);
        const first = changes.find(({ index }) => index >= 1000);
        expect(first?.kind).toBe('rise');
        expect(first?.index).toBeLessThan(1000 + within);
        expect(Math.abs((adwin.mean ?? 0) - to)).toBeLessThan(0.06);
      }
    },
  );

  it('calls a fall a fall', () => {
    const { changes } = changesIn(3, [
      [1000, 0.8],
      [200, 0.2],
    ]);
    expect(new Set(changes.filter(({ index }) => index >= 1000).map(({ kind }) => kind))).toEqual(
      new Set(['fall']),
    );
  });

  it('raises few false alarms on what does not change', () => {
    const means = [0.1, 0.3, 0.5, 0.7, 0.9];
    const alarmed = Array.from({ length: 200 }, (_, seed) =>
      changesIn(seed, [[1000, means[seed % means.length]!]]),
    ).filter(({ changes }) => changes.length > 0);
    // Delta is 0.002 for each of the 1,000 looks that there are; in practice far less, as in table 1 of the paper.
    expect(alarmed.length).toBeLessThanOrEqual(4);
  });

  it('keeps few numbers for many values', () => {
    const { adwin } = changesIn(1, [[20_000, 0.5]]);
    expect(adwin.width).toBeGreaterThan(10_000);
    expect(adwin.bucketCount).toBeLessThanOrEqual(6 * Math.ceil(Math.log2(20_000)));
  });

  it('never finds a change in one value over and over, and has its mean', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(300), (value, count) => {
        const adwin = createAdwin();
        for (let index = 0; index < count; index++) expect(adwin.add(value)).toBeNull();
        expect(adwin.width).toBe(count);
        if (count > 0) expect(adwin.mean).toBeCloseTo(value, 10);
        else expect(adwin.mean).toBeNull();
      }),
    );
  });
});
