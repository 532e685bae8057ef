import type { Outcome } from '../../../http/http.ts';
import { fieldAt } from '../web/json-pointer.ts';
import type { JsonPointer } from '../web/json-pointer.ts';
import { fail, succeed } from '../web/outcomes.ts';
import type { Scalar, ValuesAt } from './rest-options.ts';

/** Counts the items of a list as its pages come in; the first item that cannot be understood ends it. */
export type Tally<T> = {
  add(items: readonly unknown[]): Outcome<undefined>;
  result(): T;
};

/** What has to be asked of each item; undefined when it was understood, else the pointer that led to nothing usable. */
export type AddOne = (item: unknown) => JsonPointer | undefined;

/** `what` names an item, with its article. */
export function createTally<T>(what: string, addOne: AddOne, result: () => T): Tally<T> {
  return {
    add(items) {
      for (const item of items) {
        const lost = addOne(item);
        if (lost !== undefined) {
          return fail('schema_changed', `${what} without a usable value at ${lost.text}`);
        }
      }
      return succeed(undefined);
    },
    result,
  };
}

export function isOneOf(value: unknown, values: readonly Scalar[] = []): boolean {
  return values.some((each) => each === value);
}

/**
 * Whether a value is of a type that is looked for, or null: where false is looked for, 0 would never be found, and the count
 * would be a false 0. Where nothing is looked for, anything is that is there.
 */
export function isComparable(value: unknown, values: readonly Scalar[]): boolean {
  if (value === null) return true;
  if (values.length === 0) return value !== undefined;
  return values.some((each) => typeof each === typeof value);
}

/** Whether one of the values is there, or in the list that is there; undefined when nothing is, or nothing that can be one of them. */
export function hasValueAt(item: unknown, { pointer, values }: ValuesAt): boolean | undefined {
  const found = fieldAt(item, pointer);
  const all: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (!all.every((each) => isComparable(each, values))) return undefined;
  return all.some((each) => isOneOf(each, values));
}

/** true or 1, false or 0; undefined for what is neither. */
export function flagAt(item: unknown, pointer: JsonPointer): boolean | undefined {
  const found = fieldAt(item, pointer);
  if (found === true || found === 1) return true;
  return found === false || found === 0 ? false : undefined;
}

/** A time of ISO 8601 in milliseconds since the epoch, where one without a zone is in UTC; undefined for what is none. */
export function timeAt(item: unknown, pointer: JsonPointer): number | undefined {
  const found = fieldAt(item, pointer);
  if (typeof found !== 'string' || !/^\d{4}-\d{2}-\d{2}/.test(found)) return undefined;
  const hasZone = /^[^T ]*$|(?:Z|[+-]\d{2}(?::?\d{2})?)$/i.test(found);
  // Hours alone are a zone too, which Date.parse does not know behind a T.
  const text = found.replace(/(:\d{2}(?:\.\d+)?[+-]\d{2})$/, '$1:00');
  const atMs = Date.parse(hasZone ? text : `${text}Z`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
