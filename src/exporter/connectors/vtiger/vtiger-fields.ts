import type { Outcome } from '../../../http/http.ts';
import type { Budget } from '../web/budget.ts';
import { succeed } from '../web/outcomes.ts';
import { memberOf, recordsAt } from '../web/shapes.ts';
import type { VtigerApi } from './vtiger-api.ts';

/** How a field can be filtered. */
export type FieldKind = 'text' | 'date' | 'reference' | 'other';
export type FieldKinds = ReadonlyMap<string, FieldKind>;

/** Types as vtiger_ws_fieldtype names them. */
const KINDS: Readonly<Record<string, FieldKind>> = {
  string: 'text',
  text: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  picklist: 'text',
  date: 'date',
  datetime: 'date',
  reference: 'reference',
};

/** The kinds of the fields of a module that the identity may see (VtigerModuleOperation::describe). */
export async function readFieldKinds(
  api: VtigerApi,
  module: string,
  budget: Budget,
): Promise<Outcome<FieldKinds>> {
  const outcome = await api.ask('describe', { elementType: module }, budget);
  if (!outcome.ok) return outcome;
  const fields = recordsAt(outcome.value.document, ['result', 'fields'], `describe of ${module}`);
  if (!fields.ok) return fields;
  return succeed(
    new Map(
      fields.value.map((field) => {
        const type = memberOf(field, 'type', 'name');
        const isKnown = typeof type === 'string' && Object.hasOwn(KINDS, type);
        return [String(memberOf(field, 'name')), (isKnown ? KINDS[type] : undefined) ?? 'other'];
      }),
    ),
  );
}

/**
 * Fulfilled by records where a field is filled. The language has neither null nor an empty text
 * (VTQL_Lexer::yylex1), but both are not greater than a blank. undefined where a scan has to tell.
 */
export function filledCondition(kinds: FieldKinds, field: string): string | undefined {
  switch (kinds.get(field)) {
    case 'text':
      return `${field} > ' '`;
    case 'date':
      return `${field} > '1000-01-01'`;
    default:
      return undefined;
  }
}
