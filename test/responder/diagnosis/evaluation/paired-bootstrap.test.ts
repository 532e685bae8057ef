import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedBootstrap } from '../../../../src/responder/diagnosis/evaluation/evaluation.ts';
import type { LossPair } from '../../../../src/responder/diagnosis/evaluation/evaluation.ts';
import { createSeededRandom } from '../../../../src/std/std.ts';

const loss = fc.double({ min: 0, max: 10, noNaN: true });
const pairs = fc
  .array(fc.tuple(loss, loss, fc.nat(12)), { minLength: 1, maxLength: 40 })
  .map((rows) => rows.map(([first, second, group]) => ({ first, second, group: `g${group}` })));

describe('pairedBootstrap', () => {
  it('has the mean difference, and an interval of what can be drawn, turned round with the models', () => {
    fc.assert(
      fc.property(pairs, (given) => {
        const found = pairedBootstrap(given);
        const mean =
          given.reduce((sum, { first, second }) => sum + first - second, 0) / given.length;
        expect(found.difference).toBeCloseTo(mean, 10);
        const each = given.map(({ first, second }) => first - second);
        expect(found.interval.low).toBeGreaterThanOrEqual(Math.min(...each) - 1e-9);
        expect(found.interval.high).toBeLessThanOrEqual(Math.max(...each) + 1e-9);
        expect(found.interval.low).toBeLessThanOrEqual(found.interval.high);
        expect(pairedBootstrap(given)).toEqual(found);
        const turned = given.map(({ first, second, group }) => ({
          first: second,
          second: first,
          group,
        }));
        expect(pairedBootstrap(turned).difference).toBeCloseTo(-mean, 10);
      }),
      { numRuns: 30 },
    );
  });

  it('covers the true difference about as often as it says', () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const random = createSeededRandom(seed);
      const given = Array.from({ length: 60 }, (_, group): LossPair => {
        const hard = random.next() * 5;
        return {
          first: hard + random.next(),
          second: hard + random.next() - 0.3,
          group: `${group}`,
        };
      });
      const { interval } = pairedBootstrap(given, { repetitions: 400, seed });
      if (interval.low <= 0.3 && interval.high >= 0.3) covered++;
    }
    expect(covered).toBeGreaterThan(200 * 0.9);
    expect(covered).toBeLessThan(200);
  });

  it('takes the rows of a group together', () => {
    const alike = Array.from({ length: 50 }, (_, row) => ({
      first: 1,
      second: row < 25 ? 0 : 2,
      group: row < 25 ? 'a' : 'b',
    }));
    expect(pairedBootstrap(alike).interval).toEqual({ low: -1, high: 1 });
  });
});
