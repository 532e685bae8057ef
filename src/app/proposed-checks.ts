import type { ProbeRun } from '../exporter/probes/probes.ts';
import type { FieldSample, ObjectSample } from './object-samples.ts';

/** Checks of one object as they are written under `data_quality.options.objects`. */
export type WrittenChecks = {
  readonly completeness?: { readonly fields: readonly string[] };
  readonly duplicates?: { readonly keys: readonly (readonly string[])[] };
  readonly validity?: Readonly<Record<string, 'email' | 'phone'>>;
  readonly freshness?: { readonly field: string; readonly maximum_age: string };
  readonly orphans?: readonly { readonly field: string; readonly object: string }[];
};

export type ProposedChecks = {
  readonly object: string;
  readonly checks: WrittenChecks;
  /** What was not proposed, and why: for people. */
  readonly leftOut: readonly string[];
};

/** A field that is emptier than this was never meant to be filled in each record. */
const FILLED_ENOUGH = 0.75;
/** Most of what is in a field has the format that it is for. */
const MOSTLY = 0.5;
const MAXIMUM_AGE = '365d';
const CHANGED = /(?:updated|modified|changed|write|last_?change|last_?activity)/i;

/**
 * Checks that the account can read the data for, and that would mean something: fields that are mostly filled, formats
 * that most values have, references to objects that can be read as well.
 */
export function proposeChecks(
  sample: ObjectSample,
  readable: ReadonlyMap<string, ObjectSample>,
): ProposedChecks {
  const { object, fields } = sample;
  const filled = [...fields].filter(([, one]) => one.filled > 0);
  const orphans = filled.flatMap(([field]) => {
    const other = referencedBy(field, object, readable);
    return other === undefined ? [] : [{ field, object: other }];
  });
  const references = new Set(orphans.map(({ field }) => field));
  const changed = filled.find(
    ([field, one]) => CHANGED.test(field) && isMostly(one.times, one),
  )?.[0];
  const worth = filled.filter(([field]) => field !== 'id' && field !== changed);
  const complete = worth
    .filter(([, one]) => one.filled / one.records >= FILLED_ENOUGH)
    .map(([field]) => field);
  const emails = filled.filter(([, one]) => isMostly(one.emails, one)).map(([field]) => field);
  const phones = filled
    .filter(([, one]) => !isMostly(one.emails, one) && isMostly(one.phones, one))
    .filter(([field]) => !references.has(field) && field !== 'id')
    .map(([field]) => field);
  const validity = Object.fromEntries([
    ...emails.map((field) => [field, 'email'] as const),
    ...phones.map((field) => [field, 'phone'] as const),
  ]);
  const checks: WrittenChecks = {
    ...(complete.length === 0 ? {} : { completeness: { fields: complete } }),
    ...(emails.length === 0 ? {} : { duplicates: { keys: emails.map((field) => [field]) } }),
    ...(Object.keys(validity).length === 0 ? {} : { validity }),
    ...(changed === undefined ? {} : { freshness: { field: changed, maximum_age: MAXIMUM_AGE } }),
    ...(orphans.length === 0 ? {} : { orphans }),
  };
  return { object, checks, leftOut: [...whyNot(sample)] };
}

function isMostly(count: number, { filled }: FieldSample): boolean {
  return count > 0 && count / filled >= MOSTLY;
}

function whyNot({ object, fields, unreadable }: ObjectSample): readonly string[] {
  const records = Math.max(0, ...[...fields.values()].map((one) => one.records));
  if (fields.size > 0 && records === 0) {
    return [`the object ${object} has no record yet, so that only their number is watched`];
  }
  return [
    ...unreadable.map(
      ({ field, failure }) => `${object}.${field}: ${failure.reason}: ${failure.detail}`,
    ),
    ...[...fields]
      .filter(([, one]) => one.filled / one.records < FILLED_ENOUGH)
      .map(([field, one]) => {
        const share = Math.round((100 * one.filled) / one.records);
        const many = one.filled === 0 ? 'empty' : `filled in ${share} % only`;
        return `${object}.${field} is ${many} in the first ${one.records} records`;
      }),
  ];
}

/** An object that a field refers to by its name: `account` and `account_id` lead to `account` or `accounts`. */
function referencedBy(
  field: string,
  own: string,
  readable: ReadonlyMap<string, ObjectSample>,
): string | undefined {
  const base = singular(field.replace(/_?id$/i, ''));
  return [...readable].find(
    ([name, { fields }]) =>
      name !== own && singular(name) === base && (fields.get('id')?.filled ?? 0) > 0,
  )?.[0];
}

function singular(name: string): string {
  const text = name.toLowerCase();
  return text.endsWith('ies') ? `${text.slice(0, -3)}y` : text.replace(/s$/, '');
}

/** Reasons for which a measure will not be known tomorrow either. */
const NEVER: ReadonlySet<string> = new Set(['not_supported', 'not_permitted', 'not_configured']);

/** Takes out of the checks what a trial could not measure. */
export function keepMeasured(
  { object, checks, leftOut }: ProposedChecks,
  { result }: ProbeRun,
): ProposedChecks {
  if (!result.ok) return { object, checks, leftOut };
  const never = result.unknowns.filter(({ reason }) => NEVER.has(reason));
  const isKept = (metric: string, label?: string, value?: string): boolean =>
    !never.some(
      (one) => one.metric === metric && (label === undefined || one.labels[label] === value),
    );
  const complete = checks.completeness?.fields.filter((field) =>
    isKept('crm_missing_ratio', 'field', field),
  );
  const keys = checks.duplicates?.keys.filter((key) =>
    isKept('crm_duplicate_ratio', 'key', key.join('+')),
  );
  const validity = Object.entries(checks.validity ?? {}).filter(([field]) =>
    isKept('crm_invalid_ratio', 'field', field),
  );
  const orphans = checks.orphans?.filter(({ field }) =>
    isKept('crm_orphan_ratio', 'reference', field),
  );
  return {
    object,
    checks: {
      ...(isFilled(complete) ? { completeness: { fields: complete } } : {}),
      ...(isFilled(keys) ? { duplicates: { keys } } : {}),
      ...(validity.length > 0 ? { validity: Object.fromEntries(validity) } : {}),
      ...(checks.freshness !== undefined && isKept('crm_stale_ratio')
        ? { freshness: checks.freshness }
        : {}),
      ...(isFilled(orphans) ? { orphans } : {}),
    },
    leftOut: [
      ...leftOut,
      ...never.map(({ metric, labels, reason, detail }) => {
        const of = Object.values(labels).slice(1).join('+');
        return `${[object, of].filter((part) => part !== '').join('.')}: ${metric} is ${reason}: ${detail}`;
      }),
    ],
  };
}

function isFilled<T>(list: readonly T[] | undefined): list is readonly T[] {
  return list !== undefined && list.length > 0;
}
