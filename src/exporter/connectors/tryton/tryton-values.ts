import type { ScalarValue } from '../connector.ts';

type Classed = Readonly<Record<string, unknown>>;

/**
 * Decodes a value of Tryton's JSON (trytond/protocols/jsonrpc.py): what JSON lacks comes as an object with
 * `__class__`. Times carry no zone; they are the local time of the server, `offsetMinutes` ahead of UTC.
 * Lists of identifiers become their length. Undefined for what is none of these.
 */
export function toScalar(value: unknown, offsetMinutes: number): ScalarValue | undefined {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) {
    return value as ScalarValue;
  }
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'object') return undefined;
  const classed = value as Classed;
  switch (classed['__class__']) {
    case 'datetime':
      return new Date(datetimeToMs(classed, offsetMinutes)).toISOString();
    case 'date':
      return new Date(datetimeToMs(classed, 0)).toISOString().slice(0, 10);
    case 'time':
      return ['hour', 'minute', 'second'].map((part) => twoDigits(classed[part])).join(':');
    case 'timedelta':
      return Number(classed['seconds']);
    case 'Decimal':
      return Number(classed['decimal']);
    case 'bytes':
      return null;
    default:
      return undefined;
  }
}

/** Milliseconds since the epoch of a datetime; undefined when it is none. */
export function toTimeMs(value: unknown, offsetMinutes: number): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const classed = value as Classed;
  return classed['__class__'] === 'datetime' ? datetimeToMs(classed, offsetMinutes) : undefined;
}

function twoDigits(value: unknown): string {
  return String(Number(value ?? 0)).padStart(2, '0');
}

function datetimeToMs(parts: Classed, offsetMinutes: number): number {
  const part = (name: string): number => Number(parts[name] ?? 0);
  const milliseconds = Math.floor(part('microsecond') / 1000);
  const time = [part('hour'), part('minute'), part('second'), milliseconds] as const;
  const localMs = Date.UTC(part('year'), part('month') - 1, part('day'), ...time);
  return localMs - offsetMinutes * 60_000;
}
