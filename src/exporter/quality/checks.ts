import { decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';
import { PHONE_COUNTRIES } from './phone.ts';

const FORMATS = ['email', 'phone'] as const;
export type Format = (typeof FORMATS)[number];

export type OrphanCheck = {
  readonly field: string;
  /** The object that the reference leads to. */
  readonly object: string;
  /** The field of that object that the reference holds. */
  readonly identifier: string;
};

/** What is checked on the records of one object. */
export type ObjectChecks = {
  readonly volume: boolean;
  readonly completeness: readonly string[];
  readonly duplicates: readonly (readonly string[])[];
  readonly validity: Readonly<Record<string, Format>>;
  /** By field the values that it may have. */
  readonly picklists: Readonly<Record<string, readonly string[]>>;
  readonly freshness?: { readonly field: string; readonly maximumAgeMs: number };
  readonly orphans: readonly OrphanCheck[];
};

export type QualityChecks = {
  readonly objects: Readonly<Record<string, ObjectChecks>>;
  /** Objects with more records are not scanned; their measures are unknown, `too_large`. */
  readonly rowLimit: number;
  /** Records chosen at random that are read in place of all, where the platform can choose them. */
  readonly sampleSize?: number;
  /** ISO 3166 alpha-2. */
  readonly defaultCountry?: string;
};

const NAME = /^[A-Za-z_][A-Za-z0-9_.]{0,127}$/;
const NAME_MEANING = 'a name of letters, digits, dots and underscores';

const name = decode.text({ pattern: NAME, meaning: NAME_MEANING });
const names = decode.list(name, { minimumLength: 1, maximumLength: 100 });

const objectChecks: Decoder<ObjectChecks> = decode.transform(
  decode.object({
    volume: decode.withDefault(decode.boolean(), true, 'count the records', 'true'),
    completeness: decode.optional(
      decode.object({ fields: decode.required(names, 'fields that should be filled') }),
      'share of records with an empty field',
    ),
    duplicates: decode.optional(
      decode.object({
        keys: decode.required(
          decode.list(names, { minimumLength: 1, maximumLength: 20 }),
          'lists of fields that together should be unique, such as [[email], [name, city]]',
        ),
      }),
      'share of records that repeat the key of another, ignoring case and outer white space',
    ),
    validity: decode.optional(
      decode.map(decode.choice(FORMATS), { key: 'field name', pattern: NAME }),
      'format that the filled values of a field should have',
    ),
    picklists: decode.optional(
      decode.map(
        decode.list(decode.text({ maximumLength: 255 }), {
          minimumLength: 1,
          maximumLength: 200,
        }),
        { key: 'field name', pattern: NAME },
      ),
      'by field the values that it may have, such as stage: [New, Won, Lost]; letters, and their case, count',
    ),
    freshness: decode.optional(
      decode.object({
        field: decode.required(name, 'field with the time of the last change'),
        maximum_age: decode.required(
          decode.duration({ minimumMs: 1 }),
          'age after which a record is stale',
        ),
      }),
      'share of records that were not changed for too long',
    ),
    orphans: decode.optional(
      decode.refine(
        decode.list(
          decode.object({
            field: decode.required(name, 'field that refers to another record'),
            object: decode.required(name, 'object that it refers to'),
            identifier: decode.withDefault(name, 'id', 'identifier field of that object', 'id'),
          }),
          { maximumLength: 50 },
        ),
        (checks) => {
          const fields = checks.map((check) => check.field);
          const twice = fields.find((field, index) => fields.indexOf(field) !== index);
          if (twice === undefined) return undefined;
          return { message: `field "${twice}" is checked twice`, remedy: 'keep one of the two' };
        },
      ),
      'share of references that lead to no record',
    ),
  }),
  ({
    volume,
    completeness,
    duplicates,
    validity,
    picklists,
    freshness,
    orphans,
  }): ObjectChecks => ({
    volume,
    completeness: unique(completeness?.fields ?? []),
    duplicates: uniqueKeys(duplicates?.keys ?? []),
    validity: validity ?? {},
    picklists: picklists ?? {},
    ...(freshness === undefined
      ? {}
      : { freshness: { field: freshness.field, maximumAgeMs: freshness.maximum_age } }),
    orphans: orphans ?? [],
  }),
);

/** The options of the data-quality probe, in snake_case YAML. */
export const qualityChecksDecoder: Decoder<QualityChecks> = decode.transform(
  decode.object({
    objects: decode.withDefault(
      decode.map(objectChecks, { key: 'object name', pattern: NAME }),
      {},
      'checks by object, in the names of the connector',
      '{}',
    ),
    row_limit: decode.withDefault(
      decode.integer({ minimum: 1, maximum: 5_000_000 }),
      500_000,
      'most records that are read of one object when its engine cannot compute the measure itself',
      '500000',
    ),
    sample_size: decode.optional(
      decode.integer({ minimum: 100, maximum: 100_000 }),
      'about how many records, chosen at random, are read of an object in place of all, where the platform can choose them (Pipedrive); the shares are estimates then, with their bounds beside them',
    ),
    default_country: decode.optional(
      decode.refine(decode.text({ maximumLength: 2 }), (country) =>
        PHONE_COUNTRIES.includes(country)
          ? undefined
          : {
              message: `"${country}" is no country code with a telephone numbering plan`,
              remedy: 'write two capital letters, such as DE or US',
            },
      ),
      'country of telephone numbers written without "+"; without it those count as invalid',
    ),
  }),
  (options): QualityChecks => ({
    objects: options.objects,
    rowLimit: options.row_limit,
    ...(options.sample_size === undefined ? {} : { sampleSize: options.sample_size }),
    ...(options.default_country === undefined ? {} : { defaultCountry: options.default_country }),
  }),
);

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

function uniqueKeys(keys: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(keys.map((key) => [key.join('+'), key])).values()];
}
