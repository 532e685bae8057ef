import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FAULT_CLASS_NAMES, NO_FAULT } from '../../src/catalog/catalog.ts';
import type { FaultClass } from '../../src/catalog/catalog.ts';
import { labelsOf, planEpisodes } from './plan.ts';
import type { PlannedEpisode, PlannedTarget } from './plan.ts';

const ALL = FAULT_CLASS_NAMES.flatMap((faultClass) => [
  { id: `${faultClass}-a`, faultClass },
  { id: `${faultClass}-b`, faultClass },
]);
const TARGETS: readonly PlannedTarget[] = [
  { name: 'one', isHeldOut: false, faults: ALL },
  { name: 'two', isHeldOut: false, faults: ALL },
  { name: 'three', isHeldOut: true, faults: ALL },
];
const options = { targets: TARGETS, perClass: 12, seed: 5 };

const singles = (plan: readonly PlannedEpisode[]): readonly PlannedEpisode[] =>
  plan.filter(({ faults }) => faults.length === 1);
const countOf = <T>(items: readonly T[], key: (item: T) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(items, key)].map(([name, some]) => [name, some.length]));

describe('the plan of a recording', () => {
  const plan = planEpisodes(options);

  it('is the same for the same options, and another for another seed', () => {
    expect(planEpisodes(options)).toEqual(plan);
    expect(planEpisodes({ ...options, seed: 6 })).not.toEqual(plan);
  });

  it('breaks each class as often as it is told, and a third of it on targets that are held out', () => {
    for (const [split, count] of [
      ['train', 12],
      ['held-out', 4],
    ] as const) {
      const some = singles(plan).filter((episode) => episode.split === split);
      const counts = countOf(some, ({ faults }) => faults[0]?.faultClass ?? '');
      for (const name of FAULT_CLASS_NAMES) expect(counts[name]).toBeGreaterThanOrEqual(count);
      expect(some.every(({ target }) => (target === 'three') === (split === 'held-out'))).toBe(
        true,
      );
    }
  });

  it('gives the targets of a split and the faults of a class equally much to do', () => {
    const train = plan.filter(({ split }) => split === 'train');
    const { one = 0, two = 0 } = countOf(train, ({ target }) => target);
    expect(Math.abs(one - two)).toBeLessThan(0.2 * one);
    const faults = countOf(singles(train), (episode) => episode.faults[0]?.id ?? '');
    for (const { id } of ALL) expect(faults[id]).toBeGreaterThanOrEqual(5);
  });

  it('has about one episode in ten with two faults, which can both be seen', () => {
    const pairs = plan.filter(({ faults }) => faults.length === 2);
    expect(pairs.length / plan.length).toBeGreaterThan(0.06);
    expect(pairs.length / plan.length).toBeLessThan(0.12);
    const hiding = new Set<FaultClass>([
      'service_outage',
      'dns',
      'database',
      'monitoring_pipeline',
    ]);
    for (const { faults } of pairs) {
      expect(new Set(faults.map(({ faultClass }) => faultClass)).size).toBe(2);
      expect(faults.some(({ faultClass }) => hiding.has(faultClass))).toBe(false);
    }
  });

  it('knows calm times too, and labels everything by what is broken', () => {
    const calm = plan.filter(({ faults }) => faults.length === 0);
    expect(calm.length).toBeGreaterThan(plan.length / 10);
    for (const episode of calm) expect(labelsOf(episode)).toEqual([NO_FAULT]);
    for (const episode of plan) expect(labelsOf(episode).length).toBeLessThanOrEqual(2);
  });

  it('never uses a strength in both splits, and weak and strong ones in each', () => {
    const strengths = (split: string): readonly number[] =>
      plan
        .filter((episode) => episode.split === split)
        .flatMap(({ faults }) => faults.map(({ strength }) => strength));
    const trained = new Set(strengths('train'));
    const heldOut = strengths('held-out');
    expect(heldOut.filter((strength) => trained.has(strength))).toEqual([]);
    for (const some of [[...trained], heldOut]) {
      expect(Math.min(...some)).toBeLessThan(0.45);
      expect(Math.max(...some)).toBeGreaterThan(0.8);
    }
  });

  it('has a name of its own for each episode, whatever is planned', () => {
    const faults = fc.uniqueArray(fc.constantFrom(...ALL), {
      selector: ({ id }) => id,
      minLength: 1,
    });
    const target = fc.record({ name: fc.string(), isHeldOut: fc.boolean(), faults });
    const targets = fc.uniqueArray(target, { selector: ({ name }) => name, maxLength: 5 });
    fc.assert(
      fc.property(targets, fc.integer({ min: 1, max: 6 }), fc.nat(), (some, perClass, seed) => {
        const found = planEpisodes({ targets: some, perClass, seed });
        expect(new Set(found.map(({ group }) => group)).size).toBe(found.length);
        for (const { target: name, faults: broken, load } of found) {
          const here = some.find((candidate) => candidate.name === name)?.faults ?? [];
          for (const { id, strength } of broken) {
            expect(here.some((fault) => fault.id === id)).toBe(true);
            expect(strength).toBeGreaterThan(0);
            expect(strength).toBeLessThanOrEqual(1);
          }
          expect(load).toBeGreaterThanOrEqual(0);
          expect(load).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 30 },
    );
  });
});
