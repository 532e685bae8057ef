import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';

import { isJsonRecord } from './json-schema.ts';
import type { JsonRecord } from './json-schema.ts';
import type { Place, Specification } from './open-api.ts';

/** What the words of a specification say of a member and its schema does not, by the name of the member. */
export type Hints = Readonly<Record<string, Arbitrary<unknown>>>;

/** From here on only what has to be there is made. */
const DEPTH_LIMIT = 7;
const LENGTH_LIMIT = 3;

const WORDS = fc.constantFrom(
  '',
  'Ada',
  'Lovelace & Söhne',
  '0',
  'null',
  'a\nb',
  '😀',
  '2026-01-05',
);
/** Counts and keys: schemas seldom say that these are never negative, and words do. */
const WHOLE_NUMBERS = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 5000 }) },
  { weight: 1, arbitrary: fc.nat() },
);
const TIMES = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

type Maker = (schema: Place, depth: number) => Arbitrary<unknown>;

type ValueMakerOptions = {
  readonly hints?: Hints | undefined;
  /** Whether members that may be missing never are. */
  readonly isComplete: boolean;
};

/** Makes values that a schema allows, always the same for the same seed. */
export function createValueMaker(
  { at }: Pick<Specification, 'at'>,
  { hints = {}, isComplete }: ValueMakerOptions,
): (schema: Place, seed: number) => unknown {
  const made = new Map<string, Arbitrary<unknown>>();

  const valuesOf: Maker = (schema, depth) => {
    const { value } = schema;
    if ('const' in value) return fc.constant(value['const']);
    if (Array.isArray(value['enum'])) return fc.constantFrom(...(value['enum'] as unknown[]));
    for (const key of ['anyOf', 'allOf'] as const) {
      if (!Array.isArray(value[key])) continue;
      const parts = membersOf(schema, key, at).map((part) => valuesOf(part, depth + 1));
      const alternatives = key === 'anyOf' ? [oneOf(parts, depth)] : parts;
      const own = isJsonRecord(value['properties']) ? [objectOf(schema, depth)] : [];
      return fc.tuple(...own, ...alternatives).map(merge);
    }
    return byType(schema, depth);
  };

  function byType(schema: Place, depth: number): Arbitrary<unknown> {
    const { value } = schema;
    const types = typesOf(value);
    const choices = types.map((type) => {
      switch (type) {
        case 'object':
          return objectOf(schema, depth);
        case 'array':
          return arrayOf(schema, depth);
        case 'string':
          return textOf(value);
        case 'integer':
          return bounded(WHOLE_NUMBERS, value);
        case 'number':
          return bounded(fc.oneof(WHOLE_NUMBERS, fc.double({ noNaN: true })), value);
        case 'boolean':
          return fc.boolean();
        default:
          return fc.constant(null);
      }
    });
    return oneOf(choices, depth);
  }

  function objectOf(schema: Place, depth: number): Arbitrary<unknown> {
    const properties = at(schema, 'properties');
    const required = (schema.value['required'] ?? []) as readonly string[];
    const names = [...new Set([...Object.keys(properties?.value ?? {}), ...required])];
    const wanted = depth > DEPTH_LIMIT ? names.filter((name) => required.includes(name)) : names;
    const members = wanted.map((name) => {
      const place = properties && at(properties, name);
      const values = place === undefined ? fc.constant(null) : valuesOf(place, depth + 1);
      return [name, Object.hasOwn(hints, name) ? (hints[name] ?? values) : values] as const;
    });
    const known = fc.record(Object.fromEntries(members), {
      requiredKeys: wanted.filter((name) => isComplete || required.includes(name)),
    });
    const others = at(schema, 'additionalProperties');
    if (others === undefined || depth > DEPTH_LIMIT) return known;
    const more = fc.dictionary(fc.string({ minLength: 1 }), valuesOf(others, depth + 1), {
      maxKeys: 2,
    });
    return fc.tuple(more, known).map(merge);
  }

  function arrayOf(schema: Place, depth: number): Arbitrary<unknown> {
    const items = at(schema, 'items');
    const minLength = (schema.value['minItems'] as number | undefined) ?? 0;
    const maxLength = depth > DEPTH_LIMIT ? minLength : Math.max(minLength, LENGTH_LIMIT);
    const values =
      items === undefined || maxLength === 0 ? fc.constant(null) : valuesOf(items, depth + 1);
    return fc.array(values, { minLength, maxLength });
  }

  return (schema, seed) => {
    const values = made.get(schema.address) ?? valuesOf(schema, 0);
    made.set(schema.address, values);
    return fc.sample(values, { seed, numRuns: 1 })[0];
  };
}

function membersOf(schema: Place, key: string, at: Specification['at']): readonly Place[] {
  const list = schema.value[key] as readonly unknown[];
  const holder = { value: Object.fromEntries(list.entries()), address: `${schema.address}/${key}` };
  return list.flatMap((_member, index) => at(holder, String(index)) ?? []);
}

function typesOf({ type, properties, items, additionalProperties }: JsonRecord): readonly string[] {
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((each) => typeof each === 'string');
  if (properties !== undefined || additionalProperties !== undefined) return ['object'];
  return items === undefined ? ['string', 'integer', 'boolean', 'null'] : ['array'];
}

/** Where it gets deep, nothing is the way out. */
function oneOf(choices: readonly Arbitrary<unknown>[], depth: number): Arbitrary<unknown> {
  const last = choices.at(-1) ?? fc.constant(null);
  return depth > DEPTH_LIMIT ? last : fc.oneof(...choices);
}

function merge(parts: readonly unknown[]): unknown {
  if (parts.length > 0 && parts.every(isJsonRecord)) return Object.assign({}, ...parts) as unknown;
  return parts.at(-1);
}

function bounded(values: Arbitrary<number>, { minimum, maximum }: JsonRecord): Arbitrary<number> {
  const low = typeof minimum === 'number' ? minimum : -Infinity;
  const high = typeof maximum === 'number' ? maximum : Infinity;
  return values.map((value) => Math.min(high, Math.max(low, value)));
}

function textOf({ format, pattern, minLength = 0, maxLength }: JsonRecord): Arbitrary<string> {
  const longest = typeof maxLength === 'number' ? maxLength : 40;
  const fits = (text: string): boolean =>
    text.length >= Number(minLength) && text.length <= longest;
  if (typeof pattern === 'string') return fc.stringMatching(new RegExp(pattern, 'u')).filter(fits);
  switch (format) {
    case 'date-time':
      return TIMES;
    case 'date':
      return TIMES.map((time) => time.slice(0, 10));
    case 'uuid':
      return fc.uuid();
    case 'email':
      return fc.constantFrom('ada@example.com', "o'neill+crm@example.org").filter(fits);
    case 'uri':
      return fc.constant('https://example.com/?a=b').filter(fits);
    default: {
      const texts = fc.string({ minLength: Number(minLength), maxLength: Math.min(longest, 40) });
      return fc.oneof(
        texts,
        WORDS.map((word) => (fits(word) ? word : 'x'.repeat(Number(minLength)))),
      );
    }
  }
}
