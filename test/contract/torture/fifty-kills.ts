import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CRASH_POINTS } from '../../../src/std/std.ts';
import { KILLS_PER_RUN, reachedPoints, runOnce } from '../../torture/kill/kill.ts';
import type { FinishedRun } from '../../torture/kill/kill.ts';
import { createStoreMaker, storeMissing } from '../../torture/kill/stores.ts';
import type { StoreMaker } from '../../torture/kill/stores.ts';
import type { StoreName } from '../../torture/suite.ts';

/** Two runs come to every crash point. At the same time: each waits for half of its life, for a start or for a lease. */
const SEEDS = [1, 2] as const;
/** A machine that does much else at the same time needs many times the half minute of an idle one. */
const LIMIT_MS = 600_000;

/**
 * Fifty seeded kills on one store, a hundred with the other one. Each costs the gate two seconds of a core, so that the hundreds
 * of each store are those of `npm run torture`, which goes on from here.
 */
export function describeKills(store: StoreName): void {
  describe.skipIf(storeMissing(store) !== undefined)(`fifty kills on ${store}`, () => {
    const finished: FinishedRun[] = [];
    let maker: StoreMaker;
    beforeAll(async () => {
      maker = await createStoreMaker(store);
    });
    afterAll(async () => maker.stop());

    it(
      'lose nothing, double nothing and leave nothing behind',
      async () => {
        const runs = await Promise.all(
          SEEDS.map(async (seed) => runOnce(maker, seed, KILLS_PER_RUN)),
        );
        finished.push(...runs);
        for (const { violations, deaths, repeat } of runs) {
          expect(violations, `repeat it: ${repeat}`).toEqual([]);
          expect(deaths).toHaveLength(KILLS_PER_RUN);
        }
      },
      LIMIT_MS,
    );

    it('reach every crash point, under a load that is worth it', () => {
      const reached = reachedPoints(finished);
      expect(CRASH_POINTS.filter((point) => !reached.has(point))).toEqual([]);
      const sum = (value: (run: FinishedRun) => number): number =>
        finished.reduce((total, run) => total + value(run), 0);
      expect(sum(({ deliveries }) => deliveries)).toBeGreaterThan(200);
      // Some answers were lost and some notices were sent twice: otherwise nothing was put to the test.
      expect(sum(({ attempts, deliveries }) => attempts - deliveries)).toBeGreaterThan(0);
      expect(sum(({ repeatedNotices }) => repeatedNotices)).toBeGreaterThan(0);
    });
  });
}
