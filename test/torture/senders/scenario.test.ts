import { describe, expect, it } from 'vitest';
import { drawScenario } from './scenario.ts';

const SEEDS = Array.from({ length: 100 }, (_, index) => index + 1);

describe('the scenarios of senders', () => {
  it('are the same for the same seed, and others for other seeds', () => {
    expect(drawScenario(7, 3)).toEqual(drawScenario(7, 3));
    const all = new Set(SEEDS.map((seed) => JSON.stringify(drawScenario(seed, 3))));
    expect(all.size).toBe(SEEDS.length);
  });

  it('part every cluster, and never a single one', () => {
    for (const seed of SEEDS) {
      const isPartition = ({ kind }: { readonly kind: string }): boolean => kind === 'partition';
      expect(drawScenario(seed, 3).faults.some(isPartition)).toBe(true);
      expect(drawScenario(seed, 1).faults.some(isPartition)).toBe(false);
    }
  });

  it('hold everything that can happen, over a hundred seeds', () => {
    const scenarios = SEEDS.map((seed) => drawScenario(seed, 3));
    const kinds = scenarios.flatMap(({ faults }) =>
      faults.map((fault) => (fault.kind === 'responder' ? fault.way : fault.kind)),
    );
    const ways = ['refuse', 'hold', 'hold_answer', 'cut_after_commit'];
    expect(new Set(kinds)).toEqual(new Set(['partition', 'restart', 'deaf', ...ways]));
    const episodes = scenarios.flatMap(({ targets }) => targets.flatMap((one) => one.episodes));
    expect(episodes.some(({ flaps }) => flaps.length > 0)).toBe(true);
    expect(episodes.some(({ isEndSilenced }) => isEndSilenced)).toBe(true);
    expect(episodes.some(({ secondAfterMs }) => secondAfterMs !== null)).toBe(true);
    expect(new Set(scenarios.map(({ reopens }) => reopens)).size).toBe(2);
  });
});
