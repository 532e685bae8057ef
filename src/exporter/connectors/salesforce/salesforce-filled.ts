import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt } from '../web/shapes.ts';
import { queryPath } from './salesforce-api.ts';
import type { SalesforceApi } from './salesforce-api.ts';

/** Both from one question: records may come and go between two. */
export type FieldCounts = { readonly filled: number; readonly missing: number };

/** Records of an object, and how many of them have and lack each field. */
export type FilledCounts = {
  readonly rows: number;
  readonly fields: ReadonlyMap<string, Knowable<FieldCounts>>;
};

/** Salesforce takes 16,384 bytes of address and headers together, and a token alone may have thousands. */
const LONGEST_PATH = 12_000;

type Fields = { readonly entity: string; readonly fields: readonly string[] };

/**
 * Counts filled values, one query for as many fields as an address holds: COUNT(field) leaves null out
 * (developer.salesforce.com, SOQL, "Aggregate Functions").
 */
export async function countFilled(
  api: SalesforceApi,
  { entity, fields }: Fields,
  budget: Budget,
): Promise<Outcome<FilledCounts>> {
  const counted = new Map<string, Knowable<FieldCounts>>();
  let rows: number | undefined;
  for (const some of partsOf(api.root, { entity, fields: [...new Set(fields)] })) {
    const part = await countPart(api, { entity, fields: some }, budget);
    if (!part.ok) return part;
    rows ??= part.value.rows;
    for (const [field, counts] of part.value.fields) counted.set(field, counts);
  }
  return succeed({ rows: rows ?? 0, fields: counted });
}

/** At least one part, so that the records are counted where no field is. */
function partsOf(root: string, { entity, fields }: Fields): readonly (readonly string[])[] {
  const parts: string[][] = [[]];
  for (const field of fields) {
    const last = parts.at(-1) ?? [];
    const path = queryPath(root, soqlOf({ entity, fields: [...last, field] }));
    if (path.length > LONGEST_PATH) parts.push([field]);
    else last.push(field);
  }
  return parts;
}

function soqlOf({ entity, fields }: Fields): string {
  const columns = ['Id', ...fields].map((field, index) => `COUNT(${field}) a${index}`);
  return `SELECT ${columns.join(', ')} FROM ${entity}`;
}

async function countPart(
  { objects }: SalesforceApi,
  asked: Fields,
  budget: Budget,
): Promise<Outcome<FilledCounts>> {
  const { entity, fields } = asked;
  const record = await objects.aggregate(soqlOf(asked), budget);
  if (!record.ok) {
    // One field of a type that cannot be counted, such as a long text or a checkbox, and Salesforce refuses them all.
    if (record.failure.reason !== 'schema_changed' || fields.length === 0) return record;
    const rows = await objects.count(`FROM ${entity}`, budget);
    const one = unknown('not_supported', 'the type of a field does not allow to count it');
    return rows.ok
      ? succeed({ rows: rows.value, fields: new Map(fields.map((field) => [field, one])) })
      : rows;
  }
  const rows = countAt(record.value, ['a0'], entity);
  if (!rows.ok) return rows;
  const counted = new Map<string, Knowable<FieldCounts>>();
  for (const [index, field] of fields.entries()) {
    const filled = countAt(record.value, [`a${index + 1}`], entity);
    if (!filled.ok) return filled;
    if (filled.value > rows.value) {
      return fail('schema_changed', `${entity} has more values of a field than records`);
    }
    const counts = { filled: filled.value, missing: rows.value - filled.value };
    counted.set(field, known(counts));
  }
  return succeed({ rows: rows.value, fields: counted });
}
