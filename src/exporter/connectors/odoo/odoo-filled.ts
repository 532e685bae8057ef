import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { OdooRpc } from './odoo-rpc.ts';
import type { OdooFields } from './odoo-values.ts';

export type FilledCounts = {
  readonly rows: number;
  /** By the field of the model; without those that the server cannot count. */
  readonly missing: ReadonlyMap<string, Knowable<number>>;
};

/** Where an empty text may be stored beside NULL. */
const TEXTS = ['char', 'text', 'html'];
/** Whose NULL, and nothing else, is empty; numbers and booleans are never empty in Odoo: they read as 0 and false. */
const COUNTABLE = [...TEXTS, 'selection', 'reference', 'date', 'datetime', 'many2one'];

type Asked = {
  readonly name: string;
  /** The aggregates by the names under which they come back. */
  readonly count: string;
  readonly smallest?: string;
};

/**
 * Records and empty fields of an object, all in one call: `formatted_read_group` from Odoo 19 on, `read_group`
 * before. COUNT leaves out NULL, which is how Odoo stores what is empty, but a program may have written texts of
 * blanks. Those would be the smallest of all, so where the smallest is one, the count is not known.
 */
export async function readFilled(
  rpc: OdooRpc,
  model: string,
  { names, fields }: { readonly names: readonly string[]; readonly fields: OdooFields },
  budget: Budget,
): Promise<Outcome<FilledCounts>> {
  const countable = [...new Set(names)].filter((name) => {
    const field = fields.get(name);
    return field?.isStored === true && COUNTABLE.includes(field.type);
  });
  const asked = countable.map((name, index) => askedOf(rpc, name, index, fields));
  const group = await readGroup(rpc, model, asked, budget);
  if (!group.ok) return group;
  const rows = countAt(group.value, ['__count'], model);
  if (!rows.ok) return rows;
  const missing = new Map<string, Knowable<number>>();
  for (const { name, count, smallest } of asked) {
    const filled = countAt(group.value, [count], model);
    if (!filled.ok) return filled;
    if (filled.value > rows.value) {
      return fail('schema_changed', `${model} has more values of ${name} than records`);
    }
    const isClear = smallest === undefined || filled.value === 0 || hasText(group.value[smallest]);
    missing.set(
      name,
      isClear
        ? known(rows.value - filled.value)
        : unknown('not_supported', `${name} of ${model} has texts of blanks, which Odoo counts`),
    );
  }
  return succeed({ rows: rows.value, missing });
}

function askedOf(rpc: OdooRpc, name: string, index: number, fields: OdooFields): Asked {
  const isText = TEXTS.includes(fields.get(name)?.type ?? '');
  const [count, smallest] =
    rpc.protocol === 'json2'
      ? [`${name}:count`, `${name}:min`]
      : [`count_${index}`, `smallest_${index}`];
  return { name, count, ...(isText ? { smallest } : {}) };
}

function hasText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

/** The one group of all records. */
async function readGroup(
  rpc: OdooRpc,
  model: string,
  asked: readonly Asked[],
  budget: Budget,
): Promise<Outcome<JsonRecord>> {
  const isJson2 = rpc.protocol === 'json2';
  const method = isJson2 ? 'formatted_read_group' : 'read_group';
  const aggregates = isJson2
    ? ['__count', ...asked.flatMap(({ count, smallest }) => [count, smallest ?? []].flat())]
    : asked.flatMap(({ name, count, smallest }) => [
        `${count}:count(${name})`,
        ...(smallest === undefined ? [] : [`${smallest}:min(${name})`]),
      ]);
  const parameters = isJson2
    ? { groupby: [], aggregates }
    : // Without any field it would aggregate them all.
      { groupby: [], fields: ['records:count(id)', ...aggregates], lazy: false };
  const answer = await rpc.call({ model, method, domain: [], parameters }, budget);
  if (!answer.ok) return answer;
  const groups = recordsAt(answer.value.document, [], `${model}/${method}`);
  if (!groups.ok) return groups;
  const [group] = groups.value;
  if (group === undefined || groups.value.length > 1) {
    return fail('schema_changed', `${model}/${method} answered ${groups.value.length} groups`);
  }
  return succeed(isJson2 ? group : { ...group, __count: group['records'] });
}
