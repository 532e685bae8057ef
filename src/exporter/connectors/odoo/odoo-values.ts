import type { Outcome } from '../../../http/http.ts';
import type { ScalarValue } from '../connector.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { isRecord, isScalar } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import { fromUtcText } from '../web/utc-text.ts';
import type { OdooRpc } from './odoo-rpc.ts';

/** What a model says of one of its fields. */
export type OdooField = {
  /** Such as char or many2one (odoo/orm/fields*.py). */
  readonly type: string;
  /** Whether it is a column of the database, so that it can be aggregated. */
  readonly isStored: boolean;
  /** Whether a domain may name it. Odoo leaves out, in silence, a condition on what it cannot search (odoo/osv/expression.py). */
  readonly isSearchable: boolean;
};
export type OdooFields = ReadonlyMap<string, OdooField>;

/**
 * A value as rows have it, by the type of its field: what is empty comes as false, which is a value of booleans
 * alone; a reference comes with the name of its record; lists of records become their length. Undefined for what
 * is none of these.
 */
export function toScalar(value: unknown, { type }: OdooField): ScalarValue | undefined {
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (value === false || value === null) return null;
  if (type === 'many2one') {
    const id: unknown = Array.isArray(value) ? value[0] : value;
    return typeof id === 'number' ? id : undefined;
  }
  if (Array.isArray(value)) return value.length === 0 ? null : value.length;
  if (type === 'datetime') {
    const atMs = fromUtcText(value);
    return atMs === undefined ? undefined : new Date(atMs).toISOString();
  }
  return isScalar(value) ? value : undefined;
}

/** What a model says of fields; one that it does not name is gone, or hidden from this user. */
export async function readFields(
  rpc: OdooRpc,
  model: string,
  names: readonly string[],
  budget: Budget,
): Promise<Outcome<OdooFields>> {
  const found = await findFields(rpc, model, names, budget);
  if (!found.ok) return found;
  const lost = names.find((name) => !found.value.has(name));
  return lost === undefined ? found : fail('schema_changed', `${model} shows no field ${lost}`);
}

function hasType(field: unknown): field is JsonRecord & { readonly type: string } {
  return isRecord(field) && typeof field['type'] === 'string';
}

/** Those of the fields that there are. */
export async function findFields(
  rpc: OdooRpc,
  model: string,
  names: readonly string[],
  budget: Budget,
): Promise<Outcome<OdooFields>> {
  const parameters = {
    allfields: [...new Set(names)],
    attributes: ['type', 'store', 'searchable'],
  };
  const answer = await rpc.call({ model, method: 'fields_get', parameters }, budget);
  if (!answer.ok) return answer;
  const { document } = answer.value;
  if (!isRecord(document)) return fail('schema_changed', `${model}/fields_get answered no fields`);
  const fields = new Map<string, OdooField>();
  for (const [name, field] of Object.entries(document)) {
    if (!hasType(field)) {
      return fail('schema_changed', `${model}/fields_get answered no type of ${name}`);
    }
    const { type, store, searchable } = field;
    fields.set(name, { type, isStored: store === true, isSearchable: searchable === true });
  }
  return succeed(fields);
}
