import type { MaintenanceScope } from './window.ts';
import { wallDayOf, wallTimeToMs } from './zoned-time.ts';

export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export type MaintenanceTiming =
  | { readonly kind: 'once'; readonly startsAtMs: number; readonly endsAtMs: number }
  | {
      readonly kind: 'recurring';
      /** Days on which it starts; at least one. */
      readonly weekdays: readonly Weekday[];
      /** By the clock on the wall. */
      readonly minuteOfDay: number;
      /** As time passes: also two hours in the night in which clocks are changed. */
      readonly durationMs: number;
      /** Of the IANA database. */
      readonly timezone: string;
    };

/** Maintenance that is declared ahead of time. */
export type MaintenanceSchedule = {
  readonly name: string;
  readonly reason: string;
  readonly scope: MaintenanceScope;
  readonly timing: MaintenanceTiming;
};

export type Occurrence = { readonly startsAtMs: number; readonly endsAtMs: number };

const DAY_MS = 86_400_000;

/** The occurrence that is under way, else the next one; null when none comes any more. */
export function occurrenceAt(timing: MaintenanceTiming, nowMs: number): Occurrence | null {
  if (timing.kind === 'once') {
    const { startsAtMs, endsAtMs } = timing;
    return endsAtMs > nowMs ? { startsAtMs, endsAtMs } : null;
  }
  const { durationMs, weekdays, minuteOfDay, timezone } = timing;
  // One that began before today may go on; a week ahead each weekday comes once.
  const daysBack = Math.ceil(durationMs / DAY_MS) + 1;
  const { year, month, day } = wallDayOf(nowMs, timezone);
  for (let offset = -daysBack; offset <= 8; offset++) {
    const date = new Date(Date.UTC(year, month - 1, day + offset));
    const weekday = WEEKDAYS[date.getUTCDay()];
    if (weekday === undefined || !weekdays.includes(weekday)) continue;
    const startsAtMs = wallTimeToMs(
      {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
        minuteOfDay,
      },
      timezone,
    );
    if (startsAtMs + durationMs > nowMs) return { startsAtMs, endsAtMs: startsAtMs + durationMs };
  }
  return null;
}

/** The longest that it may last, so that one is over an hour before the next: clocks are set forward by as much. */
export function longestDurationMs(weekdays: readonly Weekday[]): number {
  const days = weekdays.map((name) => WEEKDAYS.indexOf(name)).toSorted((a, b) => a - b);
  const gaps = days.map((day, index) => (days[index + 1] ?? (days[0] ?? day) + 7) - day);
  return Math.min(...gaps) * DAY_MS - 3_600_000;
}
