/** A day of the calendar and a time of it, as a clock on the wall shows them. */
export type WallTime = {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly minuteOfDay: number;
};

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether it is a name of the IANA time zone database that this Node knows, such as `Europe/Berlin`. */
export function isTimezone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(timezone, formatter);
  return formatter;
}

/** What a clock on the wall shows, as if it were UTC. */
function wallMsOf(atMs: number, timezone: string): number {
  const parts = new Map(
    formatterOf(timezone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const [year, month, day] = [get('year'), get('month'), get('day')];
  return Date.UTC(year, month - 1, day, get('hour'), get('minute'), get('second'));
}

function offsetMsAt(atMs: number, timezone: string): number {
  return wallMsOf(atMs, timezone) - Math.floor(atMs / 1000) * 1000;
}

/** The day that a clock on the wall shows. */
export function wallDayOf(atMs: number, timezone: string): Omit<WallTime, 'minuteOfDay'> {
  const wall = new Date(wallMsOf(atMs, timezone));
  return { year: wall.getUTCFullYear(), month: wall.getUTCMonth() + 1, day: wall.getUTCDate() };
}

/**
 * When a clock on the wall shows this time, in milliseconds since the epoch. A time that comes twice when clocks are
 * set back is the first of both; one that is skipped when they are set forward is as much later as is skipped. That is
 * "compatible" of Temporal (tc39.es/proposal-temporal, GetPossibleEpochNanoseconds and DisambiguatePossible…).
 */
export function wallTimeToMs(wall: WallTime, timezone: string): number {
  const { year, month, day, minuteOfDay } = wall;
  const wallMs = Date.UTC(year, month - 1, day) + minuteOfDay * MINUTE_MS;
  // Zones change at most once within two days, so both offsets that may hold are these.
  const before = wallMs - offsetMsAt(wallMs - DAY_MS, timezone);
  const after = wallMs - offsetMsAt(wallMs + DAY_MS, timezone);
  const fitting = [before, after].filter((atMs) => wallMsOf(atMs, timezone) === wallMs);
  return fitting.length === 0 ? before : Math.min(...fitting);
}
