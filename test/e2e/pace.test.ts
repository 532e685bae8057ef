import { expect, it } from 'vitest';
import { slownessOf } from './pace.ts';

it('the suite keeps its usual pace unless the machine is starved, and bounds its patience', () => {
  expect([0, 2, 5].map((load) => slownessOf(load, 2))).toEqual([1, 1, 1]);
  expect([6, 10, 15, 200].map((load) => slownessOf(load, 2))).toEqual([2, 3, 4, 4]);
  expect(slownessOf(15, 16)).toBe(1);
});
