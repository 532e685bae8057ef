import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEFAULT_FLAPPING,
  NO_HISTORY,
  addChange,
  calmAtMs,
  flappingPercent,
  forgetAtMs,
  passTime,
} from '../../../src/responder/incidents/incidents.ts';
import type { FlappingHistory } from '../../../src/responder/incidents/incidents.ts';

const settings = DEFAULT_FLAPPING;
const SLOT_MS = settings.intervalMs;
const START = 1_000_000 * SLOT_MS;

function historyOf(...slots: readonly number[]): FlappingHistory {
  return slots.reduce(
    (history, slot) => addChange(history, START + slot * SLOT_MS, settings),
    NO_HISTORY,
  );
}

describe("Icinga's flapping value", () => {
  it.each([
    // Weights of the checks by age: 0.80, 0.82, … 1.18, each a twentieth.
    ['00000000000000000000', 0],
    ['10000000000000000000', 4],
    ['00000000000000000001', 5.9],
    ['11111111111111111111', 99],
    ['01010101010101010101', 50],
    ['10101010101010101010', 49],
    // 1.18 + 1.16 + 1.14 + 1.12 + 1.10 = 5.70, and with 1.08 it is 6.78.
    ['00000000000000011111', 28.5],
    ['00000000000000111111', 33.9],
    // What docs/responder/flapping.md tells.
    ['00010001000100010001', 25.5],
    ['11111100000000000000', 25.5],
    ['11111000000000000000', 21],
  ])('of %s is %d %%', (checks, percent) => {
    expect(flappingPercent(checks)).toBeCloseTo(percent, 10);
  });

  it('is at least 0 and at most 99, and a younger change weighs more', () => {
    const checks = fc.stringMatching(/^[01]{20}$/);
    fc.assert(
      fc.property(checks, (text) => {
        const percent = flappingPercent(text);
        expect(percent).toBeGreaterThanOrEqual(0);
        expect(percent).toBeLessThanOrEqual(99 + 1e-9);
        expect(flappingPercent(`${text}0`.slice(-20))).toBeLessThanOrEqual(percent + 1e-9);
        expect(flappingPercent(`${text}1`.slice(-20))).toBeGreaterThanOrEqual(
          flappingPercent(`${text}0`.slice(-20)),
        );
      }),
    );
  });
});

describe('the history of an alert', () => {
  it('counts each change, and each quiet interval between two', () => {
    expect(historyOf(0, 0, 1, 4).checks).toBe('00000000000000111001');
    expect(historyOf(0, 100).checks).toBe('00000000000000000001');
  });

  it('flaps from the sixth change in a row on, however fast they come', () => {
    expect(historyOf(0, 0, 0, 0, 0).isFlapping).toBe(false);
    expect(historyOf(0, 0, 0, 0, 0, 0).isFlapping).toBe(true);
    expect(historyOf(0, 1, 2, 3, 4, 5).isFlapping).toBe(true);
  });

  it('does not flap with a change every fourth interval', () => {
    expect(historyOf(0, 4, 8, 12, 16, 20, 24).isFlapping).toBe(false);
  });

  it('is calm when the value is not above the lower threshold any more', () => {
    const history = historyOf(0, 0, 0, 0, 0, 0);
    const calmMs = calmAtMs(history, settings);
    expect((calmMs - START) / SLOT_MS).toBe(16);
    expect(passTime(history, calmMs - 1, settings).isFlapping).toBe(true);
    expect(passTime(history, calmMs, settings).isFlapping).toBe(false);
    expect(passTime(history, forgetAtMs(history, settings), settings).checks).toBe('0'.repeat(20));
  });

  it('is the same however often time is looked at, and never worse for it', () => {
    const slots = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    fc.assert(
      fc.property(slots, fc.array(fc.integer({ min: 0, max: 40 })), (changes, looks) => {
        const history = historyOf(...changes.toSorted((a, b) => a - b));
        expect(history.checks.length).toBe(20);
        let looked = history;
        let atMs = START + 60 * SLOT_MS;
        for (const look of looks) {
          atMs += look * 60_000;
          looked = passTime(looked, atMs, settings);
        }
        looked = passTime(looked, atMs, settings);
        expect(looked.checks).toBe(passTime(history, atMs, settings).checks);
        expect(flappingPercent(looked.checks)).toBeLessThanOrEqual(
          flappingPercent(history.checks) + 1e-9,
        );
        expect(passTime(history, calmAtMs(history, settings), settings).isFlapping).toBe(false);
      }),
    );
  });

  it('stands a clock that is set back', () => {
    const later = historyOf(50, 50);
    const back = addChange(later, START, settings);
    expect(back.checks).toBe('00000000000000000111');
    expect(passTime(back, START, settings)).toEqual(back);
  });
});
