import type { MeasurementName } from '../../catalog/catalog.ts';
import { known, unknown, unreachable } from '../../std/std.ts';
import type { Knowable } from '../../std/std.ts';
import type { Aggregate } from '../connectors/connectors.ts';
import type { Format, ObjectChecks, QualityChecks } from './checks.ts';

/**
 * A count over the records of one object: what an engine can be asked for, and (`invalid`) what only a scan
 * can tell. The identifier of an orphan count is for the scan; an engine knows its own.
 */
export type Count =
  | Exclude<Aggregate, { kind: 'orphans' }>
  | (Extract<Aggregate, { kind: 'orphans' }> & { readonly identifier: string })
  | { readonly kind: 'invalid'; readonly field: string; readonly format: Format };

/** How a measure is made of counts; each index points into the counts of its object. */
export type Formula =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'ratio'; readonly part: number; readonly whole: number }
  /** part / (whole − missing): the share among the records whose field is filled. */
  | {
      readonly kind: 'ratio_of_filled';
      readonly part: number;
      readonly whole: number;
      readonly missing: number;
    };

export type Measure = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  readonly formula: Formula;
};

export type ObjectPlan = {
  readonly object: string;
  /** Each count once, whatever number of measures needs it: they travel as one packed request. */
  readonly counts: readonly Count[];
  readonly measures: readonly Measure[];
};

/** Checks → measures → counts, one plan per object. Pure; `nowMs` fixes what stale means. */
export function planQuality(checks: QualityChecks, nowMs: number): readonly ObjectPlan[] {
  return Object.entries(checks.objects).map(([object, wanted]) =>
    planObject(object, wanted, nowMs),
  );
}

function planObject(object: string, checks: ObjectChecks, nowMs: number): ObjectPlan {
  const counts = new Map<string, { index: number; count: Count }>();
  function need(count: Count): number {
    const key = JSON.stringify(count);
    const entry = counts.get(key) ?? { index: counts.size, count };
    counts.set(key, entry);
    return entry.index;
  }
  function ofFilled(part: Count, field: string): Formula {
    return {
      kind: 'ratio_of_filled',
      part: need(part),
      whole: need({ kind: 'rows' }),
      missing: need({ kind: 'missing', field }),
    };
  }
  const measures: Measure[] = [];
  if (checks.volume) {
    const formula: Formula = { kind: 'count', count: need({ kind: 'rows' }) };
    measures.push({ metric: 'crm_records', labels: { object }, formula });
  }
  for (const field of checks.completeness) {
    const part = need({ kind: 'missing', field });
    const formula: Formula = { kind: 'ratio', part, whole: need({ kind: 'rows' }) };
    measures.push({ metric: 'crm_missing_ratio', labels: { object, field }, formula });
  }
  for (const key of checks.duplicates) {
    const part = need({ kind: 'duplicates', key });
    const formula: Formula = { kind: 'ratio', part, whole: need({ kind: 'keyed', key }) };
    const labels = { object, key: key.join('+') };
    measures.push({ metric: 'crm_duplicate_ratio', labels, formula });
  }
  for (const [field, format] of Object.entries(checks.validity)) {
    const formula = ofFilled({ kind: 'invalid', field, format }, field);
    measures.push({ metric: 'crm_invalid_ratio', labels: { object, field, format }, formula });
  }
  for (const [field, values] of Object.entries(checks.picklists)) {
    const formula = ofFilled({ kind: 'outside', field, values }, field);
    const labels = { object, field, format: 'picklist' };
    measures.push({ metric: 'crm_invalid_ratio', labels, formula });
  }
  if (checks.freshness !== undefined) {
    const { field, maximumAgeMs } = checks.freshness;
    const before = new Date(nowMs - maximumAgeMs).toISOString();
    const formula = ofFilled({ kind: 'older_than', field, before }, field);
    measures.push({ metric: 'crm_stale_ratio', labels: { object }, formula });
  }
  for (const { field, object: referenced, identifier } of checks.orphans) {
    const formula = ofFilled({ kind: 'orphans', field, object: referenced, identifier }, field);
    measures.push({ metric: 'crm_orphan_ratio', labels: { object, reference: field }, formula });
  }
  return { object, counts: [...counts.values()].map((entry) => entry.count), measures };
}

/** The indexes of the counts that a formula is made of. */
export function countsOf(formula: Formula): readonly number[] {
  switch (formula.kind) {
    case 'count':
      return [formula.count];
    case 'ratio':
      return [formula.part, formula.whole];
    case 'ratio_of_filled':
      return [formula.part, formula.whole, formula.missing];
    default:
      return unreachable(formula);
  }
}

type Counting = (index: number) => Knowable<number>;

/**
 * The value of a formula. One unknown count makes it unknown, and so does a ratio of nothing: no share of
 * zero records exists, least of all a good one.
 */
export function evaluate(formula: Formula, count: Counting): Knowable<number> {
  if (formula.kind === 'count') return count(formula.count);
  const share = shareOf(formula, count);
  return share.known ? known(share.value.part / share.value.base) : share;
}

export type Share = { readonly part: number; readonly base: number };

/** The records that a ratio counts, among those that it looks at; 0 ≤ part ≤ base, 0 < base. */
export function shareOf(
  formula: Exclude<Formula, { kind: 'count' }>,
  count: Counting,
): Knowable<Share> {
  const values: number[] = [];
  for (const index of countsOf(formula)) {
    const value = count(index);
    if (!value.known) return value;
    values.push(value.value);
  }
  const [part = 0, whole = 0, missing = 0] = values;
  const base = whole - missing;
  if (base <= 0) return unknown('empty', 'no record to take a share of');
  return known({ part: Math.min(base, Math.max(0, part)), base });
}
