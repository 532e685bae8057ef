import { known, unknown, unreachable } from '../../std/std.ts';
import type { Knowable } from '../../std/std.ts';
import type { DataRow, ScalarValue } from '../connectors/connectors.ts';
import type { Format } from './checks.ts';
import { isEmailAddress } from './email.ts';
import { isPhoneNumber } from './phone.ts';
import type { Count } from './plan.ts';
import { identifierDigest, isMissing, keyDigest } from './values.ts';

/** The digests of every identifier of one object; undefined when they could not be read. */
export type IdentifierLookup = (object: string, field: string) => ReadonlySet<number> | undefined;

type Counter = {
  add(row: DataRow): void;
  /** Called after all scans, when the identifiers of every referenced object are known. */
  value(identifiers: IdentifierLookup): Knowable<number>;
};

export type ObjectScanOptions = { readonly rowLimit: number; readonly defaultCountry?: string };

export type ObjectScan = {
  readonly fields: readonly string[];
  /** Returns false once the limit is passed: what was counted until then is worth nothing. */
  onPage(rows: readonly DataRow[]): boolean;
  isTooLarge(): boolean;
  /** Of the rows that it was given. */
  rowCount(): number;
  value(count: Count, identifiers: IdentifierLookup): Knowable<number>;
  identifiers(field: string): ReadonlySet<number> | undefined;
};

/**
 * Computes all counts of one object, and the identifiers that other objects refer to, in one pass over its
 * records. Memory: 8 to 40 bytes per record for each duplicate key, reference and identifier field.
 */
export function createObjectScan(
  counts: readonly Count[],
  identifierFields: readonly string[],
  options: ObjectScanOptions,
): ObjectScan {
  const counters = new Map(counts.map((count) => [count, createCounter(count, options)]));
  const active = [...counters.values()];
  const identifierSets = new Map(identifierFields.map((field) => [field, new Set<number>()]));
  let rowCount = 0;
  return {
    fields: [...new Set([...counts.flatMap(fieldsOf), ...identifierFields])],
    onPage(rows) {
      rowCount += rows.length;
      if (rowCount > options.rowLimit) return false;
      for (const row of rows) {
        for (const counter of active) counter.add(row);
        for (const [field, set] of identifierSets) {
          const digest = identifierDigest(row[field]);
          if (digest !== undefined) set.add(digest);
        }
      }
      return true;
    },
    isTooLarge: () => rowCount > options.rowLimit,
    rowCount: () => rowCount,
    value: (count, identifiers) =>
      counters.get(count)?.value(identifiers) ?? unknown('not_supported', 'not counted'),
    identifiers: (field) => identifierSets.get(field),
  };
}

function fieldsOf(count: Count): readonly string[] {
  switch (count.kind) {
    case 'rows':
      return [];
    case 'duplicates':
    case 'keyed':
      return count.key;
    case 'missing':
    case 'outside':
    case 'older_than':
    case 'orphans':
    case 'invalid':
      return [count.field];
    default:
      return unreachable(count);
  }
}

function createCounter(count: Count, options: ObjectScanOptions): Counter {
  switch (count.kind) {
    case 'rows':
      return countRows(() => true);
    case 'missing':
      return countRows((row) => isMissing(row[count.field]));
    case 'keyed':
      return countRows((row) => count.key.every((field) => !isMissing(row[field])));
    case 'invalid':
      return countRows((row) => isInvalid(row[count.field], count.format, options.defaultCountry));
    case 'outside':
      return countRows(isOutside(count.field, count.values));
    case 'older_than':
      return countOlder(count.field, Date.parse(count.before));
    case 'duplicates':
      return countDuplicates(count.key);
    case 'orphans':
      return countOrphans(count.field, count.object, count.identifier);
    default:
      return unreachable(count);
  }
}

function countRows(matches: (row: DataRow) => boolean): Counter {
  let total = 0;
  return {
    add: (row) => {
      if (matches(row)) total += 1;
    },
    value: () => known(total),
  };
}

function isOutside(field: string, values: readonly string[]): (row: DataRow) => boolean {
  const allowed = new Set(values);
  return ({ [field]: value }) => !isMissing(value) && !allowed.has(String(value).trim());
}

function isInvalid(
  value: ScalarValue | undefined,
  format: Format,
  country: string | undefined,
): boolean {
  if (value === undefined || value === null || isMissing(value)) return false;
  const text = String(value).trim();
  return format === 'email' ? !isEmailAddress(text) : !isPhoneNumber(text, country);
}

const ISO_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?) ?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** ISO 8601 text to milliseconds since the epoch, UTC where it names no zone; undefined when it is none. */
export function isoToMs(text: string): number | undefined {
  const match = ISO_TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, day = '', time = '00:00', zone = 'Z'] = match;
  const parsed = Date.parse(`${day}T${time}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function countOlder(field: string, beforeMs: number): Counter {
  let older = 0;
  let dated = 0;
  let undated = 0;
  return {
    add: (row) => {
      const value = row[field];
      if (isMissing(value)) return;
      const timeMs = isoToMs(String(value));
      if (timeMs === undefined) undated += 1;
      else {
        dated += 1;
        if (timeMs < beforeMs) older += 1;
      }
    },
    // A field without a single date was chosen wrongly: "nothing is stale" would be a lie.
    value: () =>
      dated === 0 && undated > 0
        ? unknown('not_configured', `no value of field ${field} is an ISO 8601 time`)
        : known(older),
  };
}

function countDuplicates(key: readonly string[]): Counter {
  const seen = new Set<number>();
  let keyed = 0;
  return {
    add: (row) => {
      const digest = keyDigest(row, key);
      if (digest === undefined) return;
      keyed += 1;
      seen.add(digest);
    },
    value: () => known(keyed - seen.size),
  };
}

function countOrphans(field: string, object: string, identifier: string): Counter {
  const references = new Map<number, number>();
  return {
    add: (row) => {
      const digest = identifierDigest(row[field]);
      if (digest !== undefined) references.set(digest, (references.get(digest) ?? 0) + 1);
    },
    value: (identifiers) => {
      const existing = identifiers(object, identifier);
      if (existing === undefined) {
        return unknown('too_large', `the records of ${object} could not all be read`);
      }
      let orphans = 0;
      for (const [digest, uses] of references) if (!existing.has(digest)) orphans += uses;
      return known(orphans);
    },
  };
}
