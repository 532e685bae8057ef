import { toUtcText } from '../web/utc-text.ts';

const MINUTE_MS = 60_000;

/** A time as the database of Vtiger has it, which names no zone. */
export function toVtigerTime(atMs: number, utcOffsetMinutes: number): string {
  return toUtcText(atMs + utcOffsetMinutes * MINUTE_MS);
}

const TIME = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$/;

/** A time of the database with its zone, in ISO 8601; undefined when it is none. */
export function toIsoTime(value: string, utcOffsetMinutes: number): string | undefined {
  const match = TIME.exec(value);
  if (match === null) return undefined;
  const atMs = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(atMs)
    ? undefined
    : new Date(atMs - utcOffsetMinutes * MINUTE_MS).toISOString();
}

/** What MySQL stores where a date is empty. */
export function isZeroDate(value: string): boolean {
  return /^0000-00-00( 00:00:00)?$/.test(value);
}
