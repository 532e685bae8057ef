import { describe, expect, it } from 'vitest';
import { CRASH_POINTS, createSeededRandom } from '../../../src/std/std.ts';
import { describeKill, planKills } from './plan.ts';

const plan = (run: number, count: number): readonly string[] =>
  planKills(run, count, createSeededRandom(run)).map(describeKill);

describe('the plan of kills', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(3, 25)).toEqual(plan(3, 25));
    expect(plan(3, 25)).not.toEqual(plan(4, 25));
    expect(plan(3, 25)).toHaveLength(25);
    expect(plan(3, 2)).toHaveLength(2);
  });

  it('kills the migration first, while the database is new', () => {
    expect(plan(1, 25)[0]).toMatch(/^migration:between-steps#\d$/);
    expect(plan(1, 25).slice(1, 3)).toEqual([
      'migration:before-commit#1',
      'migration:after-commit#1',
    ]);
  });

  it('gives each crash point its turn at least twice in a hundred kills, beside random moments', () => {
    const all = [1, 2, 3, 4].flatMap((run) => planKills(run, 25, createSeededRandom(run)));
    for (const point of CRASH_POINTS) {
      const turns = all.filter((kill) => kill.kind === 'point' && kill.point === point);
      expect(turns.length, point).toBeGreaterThanOrEqual(2);
    }
    expect(all.filter(({ kind }) => kind === 'moment').length).toBeGreaterThan(30);
  });
});
