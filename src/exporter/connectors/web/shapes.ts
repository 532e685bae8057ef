import type { Outcome } from '../../../http/http.ts';
import type { ScalarValue } from '../connector.ts';
import { fail, succeed } from './outcomes.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a key where there may be none. */
export function memberOf(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    if (!isRecord(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return found;
}

/** A list of records where one was promised. */
export function recordsAt(
  document: unknown,
  path: readonly string[],
  what: string,
): Outcome<readonly JsonRecord[]> {
  const found = memberOf(document, ...path);
  if (Array.isArray(found) && found.every(isRecord)) return succeed(found);
  return fail('schema_changed', `${what} has no list of records at ${path.join('.') || 'the top'}`);
}

/** A number of records where one was promised: a whole number from 0 on. */
export function countAt(document: unknown, path: readonly string[], what: string): Outcome<number> {
  const found = memberOf(document, ...path);
  if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) return succeed(found);
  return fail('schema_changed', `${what} has no count at ${path.join('.') || 'the top'}`);
}

export function isScalar(value: unknown): value is ScalarValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
