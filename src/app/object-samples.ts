import type { Failure } from '../http/http.ts';
import type { Aggregate, Connector, DataRow } from '../exporter/connectors/connectors.ts';
import { isEmailAddress, isPhoneNumber } from '../exporter/quality/quality.ts';

/** What the first page of an object says of one field; numbers of records, no values. */
export type FieldSample = {
  readonly records: number;
  readonly filled: number;
  readonly emails: number;
  /** Numbers that can be dialled; without "+" only where the field is called so and a country was named. */
  readonly phones: number;
  /** Times in ISO 8601. */
  readonly times: number;
};

/** What the account can read of one object. */
export type ObjectSample = {
  readonly object: string;
  readonly fields: ReadonlyMap<string, FieldSample>;
  readonly unreadable: readonly { readonly field: string; readonly failure: Failure }[];
  /** Nothing of it can be read. */
  readonly failure?: Failure;
};

type SampleOptions = {
  readonly timeoutMs: number;
  readonly country?: string;
};

type Read =
  | { readonly rows: readonly DataRow[]; readonly failure?: never }
  | { readonly failure: Failure };

const PHONE = /phone|mobile|cell|fax|tel/i;
const TIME = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)/;

/** Failures that one field may be the cause of, so that the others are worth a try. */
const OF_A_FIELD: ReadonlySet<string> = new Set(['not_found', 'authorization', 'schema_changed']);

/** Reads the first page of an object: all fields at once, or each alone where one of them stands in the way. */
export async function sampleObject(
  connector: Connector,
  object: string,
  fields: readonly string[],
  options: SampleOptions,
): Promise<ObjectSample> {
  if (connector.scan === undefined) return countObject(connector, object, fields, options);
  const whole = await readPage(connector, object, fields, options);
  if (whole.failure === undefined) {
    const samples = fields.map((field) => [field, sampleOf(whole.rows, field, options)] as const);
    return { object, fields: new Map(samples), unreadable: [] };
  }
  const { failure } = whole;
  if (!OF_A_FIELD.has(failure.reason) || fields.length < 2) {
    return { object, fields: new Map(), unreadable: [], failure };
  }
  const samples = new Map<string, FieldSample>();
  const unreadable: { field: string; failure: Failure }[] = [];
  for (const field of fields) {
    const alone = await readPage(connector, object, [field], options);
    if (alone.failure === undefined) samples.set(field, sampleOf(alone.rows, field, options));
    else unreadable.push({ field, failure: alone.failure });
  }
  return { object, fields: samples, unreadable, ...(samples.size === 0 ? { failure } : {}) };
}

async function readPage(
  connector: Connector,
  object: string,
  fields: readonly string[],
  { timeoutMs }: SampleOptions,
): Promise<Read> {
  const rows: DataRow[] = [];
  const outcome = await connector.scan?.({ timeoutMs }, object, fields, (page) => {
    rows.push(...page);
    return false;
  });
  // Rows that came are proof, whatever was said after them.
  return outcome?.ok === false && rows.length === 0 ? { failure: outcome.failure } : { rows };
}

function sampleOf(
  rows: readonly DataRow[],
  field: string,
  { country }: SampleOptions,
): FieldSample {
  const filled = rows
    .map((row) => row[field])
    .filter((value) => value !== undefined && value !== null && value !== '');
  const texts = filled.filter((value) => typeof value === 'string');
  // Elsewhere digits are more likely a code than a number that somebody forgot to write "+" before.
  const home = PHONE.test(field) ? country : undefined;
  return {
    records: rows.length,
    filled: filled.length,
    emails: texts.filter((text) => isEmailAddress(text)).length,
    phones: texts.filter((text) => isPhoneNumber(text, home)).length,
    times: texts.filter((text) => TIME.test(text) && !Number.isNaN(Date.parse(text))).length,
  };
}

/** For platforms that compute and show no record: how often a field is filled, and nothing of what with. */
async function countObject(
  connector: Connector,
  object: string,
  fields: readonly string[],
  { timeoutMs }: SampleOptions,
): Promise<ObjectSample> {
  const missing = fields.map((field): Aggregate => ({ kind: 'missing', field }));
  const outcome = await connector.aggregate?.({ timeoutMs }, object, [
    { kind: 'rows' },
    ...missing,
  ]);
  if (outcome?.ok === false) {
    return { object, fields: new Map(), unreadable: [], failure: outcome.failure };
  }
  const [rows, ...counts] = outcome?.value ?? [];
  const samples = fields.flatMap((field, index): [string, FieldSample][] => {
    const count = counts[index];
    if (rows?.known !== true || count?.known !== true) return [];
    const filled = rows.value - count.value;
    return [[field, { records: rows.value, filled, emails: 0, phones: 0, times: 0 }]];
  });
  return { object, fields: new Map(samples), unreadable: [] };
}
