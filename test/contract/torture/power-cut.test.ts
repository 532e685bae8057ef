import { describe, expect, it } from 'vitest';
import { CUTS_PER_RECORDING, checkCuts, runCuts } from '../../torture/power-cut/power-cut.ts';
import { recordLoad, recorderMissing } from '../../torture/power-cut/record.ts';

const LIMIT_MS = 600_000;
/** `npm run torture` goes on from here. */
const SEEDS = [1, 2];
/** Enough for each fault to show; it must show at least once. */
const FAULTY_CUTS = 12;

describe.skipIf(recorderMissing() !== undefined)('a hundred power cuts', () => {
  it.each(SEEDS)(
    'lose nothing that was acknowledged, and the database opens and is whole (seed %i)',
    async (seed) => {
      const { cuts, acknowledged, violations } = await runCuts(seed, CUTS_PER_RECORDING);
      const repeat = `npm run torture -- --only power-cut --seed ${seed} --cuts ${cuts}`;
      expect(violations, `repeat it: ${repeat}`).toEqual([]);
      expect(cuts).toBe(CUTS_PER_RECORDING);
      // Cuts before the first acknowledgement alone would prove nothing.
      expect(acknowledged).toBeGreaterThan(CUTS_PER_RECORDING);
    },
    LIMIT_MS,
  );
});

describe.skipIf(recorderMissing() !== undefined)('losses are seen', () => {
  it(
    'when the store does not sync',
    async () => {
      const events = await recordLoad({ seed: 5, deliveries: 32, synchronous: 'OFF' });
      const { violations } = await checkCuts(events, FAULTY_CUTS, 5);
      expect(violations.join('\n')).toContain('acknowledged and lost');
    },
    LIMIT_MS,
  );

  it(
    'when the disk says that it has written what it has not',
    async () => {
      const events = await recordLoad({ seed: 6, deliveries: 32, synchronous: 'FULL' });
      const { violations } = await checkCuts(events, FAULTY_CUTS, 6, { isLying: true });
      expect(violations.join('\n')).toContain('acknowledged and lost');
    },
    LIMIT_MS,
  );
});
