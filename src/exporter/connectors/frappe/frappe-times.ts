import { toUtcText } from '../web/utc-text.ts';

/** Frappe writes and takes times without a zone, as a clock on the wall of the site shows them. */
const DATE_TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?$/;
const DAY_MS = 86_400_000;

export function isDateTime(value: unknown): value is string {
  return typeof value === 'string' && DATE_TIME.test(value);
}

export function isDate(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value);
}

/** Whether this Node knows a zone by that name of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What the clock of the site shows at a time, to the second. */
export function toFrappeTime(atMs: number, zone: string): string {
  return toUtcText(wallMsOf(atMs, zone));
}

/**
 * When the clock of the site shows that, in milliseconds since the epoch; undefined for what is no time. What
 * comes twice when clocks are set back is the first of both.
 */
export function toTimeMs(value: string, zone: string): number | undefined {
  const [, day, time, fraction = ''] = DATE_TIME.exec(value) ?? [];
  if (day === undefined || time === undefined) return undefined;
  const wallMs = Date.parse(`${day}T${time}${fraction.slice(0, 4)}Z`);
  if (Number.isNaN(wallMs)) return undefined;
  // Zones change at most once within two days, so one of these offsets holds.
  const found = [wallMs - DAY_MS, wallMs + DAY_MS].map(
    (nearMs) => wallMs - offsetMsAt(nearMs, zone),
  );
  const fitting = found.filter((atMs) => atMs + offsetMsAt(atMs, zone) === wallMs);
  return fitting.length === 0 ? found[0] : Math.min(...fitting);
}

function offsetMsAt(atMs: number, zone: string): number {
  return wallMsOf(atMs, zone) - Math.floor(atMs / 1000) * 1000;
}

/** What the clock shows, to the second, as if it were UTC. */
function wallMsOf(atMs: number, zone: string): number {
  const parts = formatterOf(zone).formatToParts(atMs);
  const get = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const date = [get('year'), get('month') - 1, get('day')] as const;
  return Date.UTC(...date, get('hour'), get('minute'), get('second'));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formatters.set(zone, formatter);
  return formatter;
}
