import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  WEEKDAYS,
  isTimezone,
  longestDurationMs,
  occurrenceAt,
  wallTimeToMs,
} from '../../../../src/responder/incidents/incidents.ts';
import type { MaintenanceTiming, Weekday } from '../../../../src/responder/incidents/incidents.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (text: string): number => Date.parse(text);

function timing(
  changes: Partial<Extract<MaintenanceTiming, { kind: 'recurring' }>> = {},
): MaintenanceTiming {
  return {
    kind: 'recurring',
    weekdays: [...WEEKDAYS],
    minuteOfDay: 150,
    durationMs: 2 * HOUR_MS,
    timezone: 'Europe/Berlin',
    ...changes,
  };
}

function next(nowText: string, changes: Parameters<typeof timing>[0] = {}): readonly string[] {
  const found = occurrenceAt(timing(changes), at(nowText));
  return found === null
    ? []
    : [found.startsAtMs, found.endsAtMs].map((atMs) => new Date(atMs).toISOString().slice(0, 16));
}

function wall(text: string, timezone: string): string {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number);
  const atMs = wallTimeToMs({ year, month, day, minuteOfDay: hour * 60 + minute }, timezone);
  return new Date(atMs).toISOString().slice(0, 16);
}

describe('a time on the wall', () => {
  it.each([
    ['2026-01-15 12:00', 'Europe/Berlin', '2026-01-15T11:00'],
    ['2026-07-15 12:00', 'Europe/Berlin', '2026-07-15T10:00'],
    // Clocks go from 02:00 to 03:00: half past two is skipped, and an hour later on the wall.
    ['2026-03-29 02:30', 'Europe/Berlin', '2026-03-29T01:30'],
    ['2026-03-29 03:00', 'Europe/Berlin', '2026-03-29T01:00'],
    // Clocks go from 03:00 back to 02:00: half past two comes twice, and the first is taken.
    ['2026-10-25 02:30', 'Europe/Berlin', '2026-10-25T00:30'],
    ['2026-10-25 03:30', 'Europe/Berlin', '2026-10-25T02:30'],
    ['2026-03-08 02:30', 'America/New_York', '2026-03-08T07:30'],
    ['2026-11-01 01:30', 'America/New_York', '2026-11-01T05:30'],
    // Half an hour of daylight saving.
    ['2026-10-04 02:15', 'Australia/Lord_Howe', '2026-10-03T15:45'],
    ['2026-01-01 00:00', 'Asia/Kathmandu', '2025-12-31T18:15'],
    ['2026-02-28 23:59', 'UTC', '2026-02-28T23:59'],
  ])('%s in %s is %s UTC', (text, timezone, expected) => {
    expect(wall(text, timezone)).toBe(expected);
  });

  it('is told of zones that there are', () => {
    expect(['UTC', 'Europe/Berlin', 'Mars/Olympus', ''].map(isTimezone)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('the occurrence of a schedule', () => {
  it('is the one that is under way, else the next', () => {
    expect(next('2026-01-15T00:00Z')).toEqual(['2026-01-15T01:30', '2026-01-15T03:30']);
    expect(next('2026-01-15T03:29Z')).toEqual(['2026-01-15T01:30', '2026-01-15T03:30']);
    expect(next('2026-01-15T03:30Z')).toEqual(['2026-01-16T01:30', '2026-01-16T03:30']);
  });

  it('may have begun the day before, or a week before', () => {
    const late = { minuteOfDay: 23 * 60, durationMs: 4 * HOUR_MS };
    expect(next('2026-01-15T01:00Z', late)).toEqual(['2026-01-14T22:00', '2026-01-15T02:00']);
    const weekend = { weekdays: ['friday'] as const, durationMs: 60 * HOUR_MS };
    expect(next('2026-01-18T12:00Z', weekend)).toEqual(['2026-01-16T01:30', '2026-01-18T13:30']);
  });

  it('keeps its time on the wall over a change of clocks, and its length', () => {
    expect(next('2026-03-28T12:00Z')).toEqual(['2026-03-29T01:30', '2026-03-29T03:30']);
    expect(next('2026-03-29T12:00Z')).toEqual(['2026-03-30T00:30', '2026-03-30T02:30']);
    expect(next('2026-10-24T12:00Z')).toEqual(['2026-10-25T00:30', '2026-10-25T02:30']);
    expect(next('2026-10-25T12:00Z')).toEqual(['2026-10-26T01:30', '2026-10-26T03:30']);
  });

  it('that comes once comes no more', () => {
    const once = { kind: 'once', startsAtMs: 1000, endsAtMs: 2000 } as const;
    expect(occurrenceAt(once, 0)).toEqual({ startsAtMs: 1000, endsAtMs: 2000 });
    expect(occurrenceAt(once, 1999)).not.toBeNull();
    expect(occurrenceAt(once, 2000)).toBeNull();
  });

  it('lasts at most until an hour before the next', () => {
    expect(longestDurationMs([...WEEKDAYS])).toBe(23 * HOUR_MS);
    expect(longestDurationMs(['sunday'])).toBe(7 * DAY_MS - HOUR_MS);
    expect(longestDurationMs(['saturday', 'sunday'])).toBe(23 * HOUR_MS);
    expect(longestDurationMs(['monday', 'thursday'])).toBe(3 * DAY_MS - HOUR_MS);
  });

  const schedules = fc
    .record({
      weekdays: fc.subarray<Weekday>([...WEEKDAYS], { minLength: 1 }),
      minuteOfDay: fc.integer({ min: 0, max: 1439 }),
      part: fc.double({ min: 0.001, max: 1, noNaN: true }),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Apia'),
    })
    .map(({ part, ...rest }) =>
      timing({
        ...rest,
        durationMs: Math.max(60_000, Math.floor(longestDurationMs(rest.weekdays) * part)),
      }),
    );

  it('is never over, never far, and of several none overlaps the one before', () => {
    fc.assert(
      fc.property(schedules, fc.integer({ min: 0, max: 730 * 24 }), (schedule, hours) => {
        let nowMs = at('2026-01-01T00:00Z') + hours * HOUR_MS;
        let lastEndMs = -Infinity;
        for (let round = 0; round < 5; round++) {
          const found = occurrenceAt(schedule, nowMs);
          if (found === null) throw new Error('nothing comes any more');
          expect(found.endsAtMs).toBeGreaterThan(nowMs);
          expect(found.startsAtMs - nowMs).toBeLessThanOrEqual(8 * DAY_MS);
          expect(found.startsAtMs).toBeGreaterThanOrEqual(lastEndMs);
          lastEndMs = found.endsAtMs;
          nowMs = found.endsAtMs;
        }
      }),
    );
  });
});
