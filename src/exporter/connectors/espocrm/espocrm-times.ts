import { toUtcText } from '../web/utc-text.ts';
import type { Condition } from './espocrm-api.ts';

/** A time of EspoCRM, which is in UTC and names no zone, in milliseconds since the epoch; undefined when it is none. */
export function toTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?$/.test(value)) {
    return undefined;
  }
  return Date.parse(`${value.replace(' ', 'T')}Z`);
}

/** Times of an attribute from one on. */
export function since(attribute: string, sinceMs: number): Condition {
  return { type: 'greaterThanOrEquals', attribute, value: toUtcText(sinceMs) };
}
