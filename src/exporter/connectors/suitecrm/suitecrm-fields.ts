import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { isRecord, memberOf } from '../web/shapes.ts';
import type { Condition, SuitecrmApi } from './suitecrm-api.ts';

/**
 * How a field can be filtered. A `computed` one is no column of its table, such as the account of a contact or an
 * address for mail: SuiteCRM fills it in when it reads the record, and a filter by it breaks the query.
 */
export type FieldKind = 'text' | 'date' | 'computed' | 'other';
export type FieldKinds = ReadonlyMap<string, FieldKind>;

const TEXT_TYPES: ReadonlySet<unknown> = new Set([
  'varchar',
  'char',
  'id',
  'enum',
  'radioenum',
  'name',
  'phone',
  'url',
]);
const DATE_TYPES: ReadonlySet<unknown> = new Set(['date', 'datetime', 'datetimecombo']);

/**
 * The kinds of all fields of a module, from its definitions (MetaService::getFieldList). Empty where the identity may
 * not read those, as with modules that are hidden from its menu: then everything has to be read.
 */
export async function readFieldKinds(
  { api }: SuitecrmApi,
  module: string,
  budget: Budget,
): Promise<Outcome<FieldKinds>> {
  const outcome = await api.get(`/V8/meta/fields/${module}`, budget);
  if (!outcome.ok) {
    const isRefused = ['authorization', 'not_found', 'schema_changed'].includes(
      outcome.failure.reason,
    );
    return isRefused ? succeed(new Map()) : outcome;
  }
  const definitions = memberOf(outcome.value.document, 'data', 'attributes');
  if (!isRecord(definitions)) return succeed(new Map());
  return succeed(
    new Map(Object.entries(definitions).map(([name, definition]) => [name, kindOf(definition)])),
  );
}

function kindOf(definition: unknown): FieldKind {
  if (memberOf(definition, 'source') === 'non-db') return 'computed';
  const type = memberOf(definition, 'dbType') ?? memberOf(definition, 'type');
  if (TEXT_TYPES.has(type)) return 'text';
  return DATE_TYPES.has(type) ? 'date' : 'other';
}

/**
 * Fulfilled by records where a field is filled: neither null nor, with text, empty or blank. There is no operator
 * for null, but null is never greater than anything. undefined where a scan has to tell.
 */
export function filledCondition(kinds: FieldKinds, field: string): Condition | undefined {
  switch (kinds.get(field)) {
    case 'text':
      return { field, operator: 'gt', value: '' };
    case 'date':
      // The least date that MySQL, MariaDB and SQL Server take alike is of 1753.
      return { field, operator: 'gte', value: '1753-01-01' };
    default:
      return undefined;
  }
}
