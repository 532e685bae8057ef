import type { Random } from '../../std/std.ts';

export const SECOND_MS = 1000;
export const MINUTE_MS: number = 60 * SECOND_MS;
export const HOUR_MS: number = 60 * MINUTE_MS;
export const DAY_MS: number = 24 * HOUR_MS;

/** ISO 8601 in UTC with milliseconds: all of one length, so text order is order of time. */
export function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** A moment between `youngestMs` and `oldestMs` before now. */
export function inventPast(
  nowMs: number,
  youngestMs: number,
  oldestMs: number,
  random: Random,
): string {
  return toIso(nowMs - Math.floor(youngestMs + random.next() * (oldestMs - youngestMs)));
}

/**
 * When a record was last touched: within half a year, or 400 to 900 days ago when stale. Both keep clear of
 * one year, the usual border, so that no record crosses it while a sandbox runs.
 */
export function inventUpdatedAt(nowMs: number, stale: boolean, random: Random): string {
  return stale
    ? inventPast(nowMs, 400 * DAY_MS, 900 * DAY_MS, random)
    : inventPast(nowMs, 5 * MINUTE_MS, 180 * DAY_MS, random);
}
