import { INVALID, describeValue, refuse } from './decoding.ts';
import { isFields } from './fields.ts';
import { nearestNames } from './nearest-names.ts';
import type { DecodedOf, Decoder, FieldShape, Invalid, Report, Shape } from './decoding.ts';

export function list<T>(
  item: Decoder<T>,
  options: { minimumLength?: number; maximumLength?: number } = {},
): Decoder<readonly T[]> {
  return {
    shape: { kind: 'list', item: item.shape },
    decode(value, place, report) {
      if (!Array.isArray(value)) {
        return refuse(
          report,
          place,
          `expected a list, found ${describeValue(value)}`,
          'write one item per line, each starting with "- "',
        );
      }
      const { minimumLength = 0, maximumLength = 10_000 } = options;
      if (value.length < minimumLength || value.length > maximumLength) {
        const message = `expected ${minimumLength} to ${maximumLength} items, found ${value.length}`;
        return refuse(report, place, message, 'add or remove items');
      }
      const decoded = value.map((entry, index): T | Invalid =>
        item.decode(entry, `${place}[${index}]`, report),
      );
      return decoded.includes(INVALID) ? INVALID : Object.freeze(decoded as T[]);
    },
  };
}

function join(place: string, key: string): string {
  if (key.startsWith('[')) return place + key;
  return place === '' ? key : `${place}.${key}`;
}

/** A map from keys chosen by the user to values of one shape. */
export function map<T>(
  value: Decoder<T>,
  options: { key: string; pattern: RegExp },
): Decoder<Readonly<Record<string, T>>> {
  return {
    shape: { kind: 'map', key: options.key, value: value.shape },
    decode(input, place, report) {
      if (!isFields(input)) {
        const message = `expected a map, found ${describeValue(input)}`;
        return refuse(report, place, message, `write lines of "${options.key}: value"`);
      }
      const result: Record<string, T> = {};
      let failed = false;
      for (const [key, entry] of Object.entries(input)) {
        const at = join(place, key);
        if (!options.pattern.test(key) || key === '__proto__') {
          refuse(report, at, `"${key}" is no ${options.key}`, `keys must match ${options.pattern}`);
          failed = true;
          continue;
        }
        const decoded = value.decode(entry, at, report);
        if (decoded === INVALID) failed = true;
        else result[key] = decoded;
      }
      return failed ? INVALID : Object.freeze(result);
    },
  };
}

export type Field<T> = {
  readonly decoder: Decoder<T>;
  readonly description: string;
  readonly required: boolean;
  readonly fallback?: () => T;
  readonly defaultText?: string;
};

export function required<T>(decoder: Decoder<T>, description: string): Field<T> {
  return { decoder, description, required: true };
}

/** A field that may be left out; the default is written as the user would write it and decoded alike. */
export function withDefault<T>(
  decoder: Decoder<T>,
  fallback: T,
  description: string,
  defaultText: string,
): Field<T> {
  return { decoder, description, required: false, fallback: () => fallback, defaultText };
}

export function optional<T>(decoder: Decoder<T>, description: string): Field<T | undefined> {
  return { decoder, description, required: false, fallback: () => undefined };
}

type FieldsOf<T> = { readonly [K in keyof T]: Field<T[K]> };
/** Fields whose decoded value is undefined are left out, so `exactOptionalPropertyTypes` holds. */
export type Decoded<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & {
  readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function unknownKeyRemedy(key: string, allowed: readonly string[]): string {
  const [near] = nearestNames(key, allowed);
  if (near !== undefined) return `did you mean "${near}"?`;
  return `remove it, or use one of: ${allowed.join(', ')}`;
}

/** A map with named fields. Unknown keys are refused; every field is decoded even when another fails. */
export function object<T extends Record<string, unknown>>(
  fields: FieldsOf<T>,
): Decoder<Decoded<T>> {
  const entries = Object.entries(fields) as [string, Field<unknown>][];
  const names = entries.map(([name]) => name);
  const shapes = entries.map(([name, field]): [string, FieldShape] => [
    name,
    {
      shape: field.decoder.shape,
      description: field.description,
      required: field.required,
      ...(field.defaultText === undefined ? {} : { defaultText: field.defaultText }),
    },
  ]);
  return {
    shape: { kind: 'object', fields: Object.fromEntries(shapes) },
    decode(value, place, report) {
      if (!isFields(value)) {
        const message = `expected a map, found ${describeValue(value)}`;
        return refuse(report, place, message, `write a map with the keys: ${names.join(', ')}`);
      }
      let failed = false;
      for (const key of Object.keys(value)) {
        if (names.includes(key)) continue;
        refuse(report, join(place, key), 'unknown key', unknownKeyRemedy(key, names));
        failed = true;
      }
      const result: Record<string, unknown> = {};
      for (const [name, field] of entries) {
        const decoded = decodeField(
          field,
          Object.hasOwn(value, name) ? value[name] : undefined,
          join(place, name),
          report,
        );
        if (decoded === INVALID) failed = true;
        else if (decoded !== undefined) result[name] = decoded;
      }
      return failed ? INVALID : (Object.freeze(result) as Decoded<T>);
    },
  };
}

function decodeField(
  field: Field<unknown>,
  value: unknown,
  place: string,
  report: Report,
): unknown {
  if (value !== undefined && value !== null) return field.decoder.decode(value, place, report);
  if (field.required) {
    return refuse(report, place, 'is missing', `add it: ${field.description}`);
  }
  return field.fallback?.();
}

/** A map whose key `tag` says which of several shapes the rest has. */
export function union<T extends Record<string, Decoder<unknown>>>(
  tag: string,
  variants: T,
): Decoder<DecodedOf<T[keyof T]>> {
  const names = Object.keys(variants);
  const shapes = names.map((name): [string, Shape] => [
    name,
    variants[name]?.shape ?? { kind: 'any', note: '' },
  ]);
  return {
    shape: { kind: 'union', tag, variants: Object.fromEntries(shapes) },
    decode(value, place, report) {
      if (!isFields(value)) {
        const message = `expected a map, found ${describeValue(value)}`;
        return refuse(report, place, message, `write a map with the key "${tag}"`);
      }
      const name = value[tag];
      const variant =
        typeof name === 'string' && Object.hasOwn(variants, name) ? variants[name] : undefined;
      if (variant === undefined) {
        const message = `expected one of ${names.join(', ')}, found ${describeValue(name)}`;
        return refuse(
          report,
          join(place, tag),
          message,
          `write ${tag}: followed by one of ${names.join(', ')}`,
        );
      }
      return variant.decode(value, place, report) as DecodedOf<T[keyof T]>;
    },
  };
}

/** Adds a check to a decoder; `check` returns the problem's message and remedy, or undefined. */
export function refine<T>(
  decoder: Decoder<T>,
  check: (value: T) => { message: string; remedy: string; at?: string } | undefined,
): Decoder<T> {
  return {
    shape: decoder.shape,
    decode(value, place, report) {
      const decoded = decoder.decode(value, place, report);
      if (decoded === INVALID) return INVALID;
      const problem = check(decoded);
      if (problem === undefined) return decoded;
      const at = problem.at === undefined ? place : join(place, problem.at);
      return refuse(report, at, problem.message, problem.remedy);
    },
  };
}

export function transform<T, U>(decoder: Decoder<T>, convert: (value: T) => U): Decoder<U> {
  return {
    shape: decoder.shape,
    decode(value, place, report) {
      const decoded = decoder.decode(value, place, report);
      return decoded === INVALID ? INVALID : convert(decoded);
    },
  };
}

/** Anything at all: payloads from outside whose unknown parts are kept. */
export function any(note: string): Decoder<unknown> {
  return { shape: { kind: 'any', note }, decode: (value) => value };
}
