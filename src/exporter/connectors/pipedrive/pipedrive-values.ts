import { isRecord, isScalar, memberOf } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';

/** The fields of a record by their dotted names; what the record does not have is left out. */
export function flatten(record: JsonRecord, names: readonly string[]): JsonRecord {
  const flat: Record<string, unknown> = {};
  for (const name of names) {
    const value = memberOf(record, ...name.split('.'));
    if (value !== undefined) flat[name] = plainOf(value);
  }
  return flat;
}

/**
 * What stands for a value of API v2: the primary one of several addresses, the `value` of an address or an amount of
 * money, all of several options. Nothing chosen is an empty field. What is of no known shape stays as it is.
 */
export function plainOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    if (items.length === 0) return null;
    if (items.every(isScalar)) return items.join(',');
    const chosen = items.find((item) => memberOf(item, 'primary') === true) ?? items[0];
    return isRecord(chosen) ? valueOf(chosen) : value;
  }
  return isRecord(value) ? valueOf(value) : value;
}

/** An empty text is as good as none: Pipedrive keeps both for an address that was taken away. */
function valueOf(record: JsonRecord): unknown {
  const value = memberOf(record, 'value');
  if (value === undefined) return record;
  return value === '' ? null : value;
}

/** A time of API v1 in milliseconds since the epoch: in UTC, with or without a zone; undefined when it is none. */
export function toTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !TIME.test(value)) return undefined;
  const text = value.replace(' ', 'T');
  const timeMs = Date.parse(ZONE.test(text) ? text : `${text}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

const TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;
const ZONE = /(Z|[+-]\d\d:?\d\d)$/;
