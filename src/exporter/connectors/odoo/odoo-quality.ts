import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Clock, Knowable } from '../../../std/std.ts';
import type { Aggregate, Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { fieldsOfAggregates } from '../web/count-aggregates.ts';
import { findObject } from '../web/object-options.ts';
import type { ApiObjects, FoundObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { countAt, recordsAt } from '../web/shapes.ts';
import { toUtcText } from '../web/utc-text.ts';
import { createFieldMemory } from './odoo-field-memory.ts';
import { readFilled } from './odoo-filled.ts';
import type { FilledCounts } from './odoo-filled.ts';
import { searchCount } from './odoo-records.ts';
import type { Condition, OdooRpc } from './odoo-rpc.ts';
import type { OdooField, OdooFields } from './odoo-values.ts';

export type OdooQuality = {
  readonly rpc: OdooRpc;
  readonly objects: ApiObjects;
  readonly clock: Clock;
};

/** More groups of duplicates than this would be a long answer; a scan tells them as well. */
const GROUPS_LIMIT = 10_000;
/** Odoo itself writes these trimmed and in one case (`email_normalize` and `phone_format` of its tools). */
const NORMALISED = ['email_normalized', 'phone_sanitized'];

const NOT_THIS_FIELD = unknown('not_supported', 'Odoo cannot count a field of this type');

/** One object with what its model says of the fields that are needed. */
type Target = {
  readonly rpc: OdooRpc;
  readonly object: FoundObject;
  readonly fields: OdooFields;
  readonly filled: FilledCounts;
};

/** What the fields are, one aggregate for the records and all that is missing, and a call for each other count. */
export function createAggregate({
  rpc,
  objects,
  clock,
}: OdooQuality): Exclude<Connector['aggregate'], undefined> {
  const memory = createFieldMemory(rpc, clock);
  return async (call, name, aggregates) => {
    const found = findObject(objects, name, fieldsOfAggregates(aggregates));
    if (!found.ok) return found;
    const object = found.value;
    const budget = startBudget(call, clock);
    const names = fieldsOfAggregates(aggregates).map(object.sourceOf);
    const fields = await memory.read(object.entity, ['id', ...names], budget);
    if (!fields.ok) return fields;
    const missing = aggregates.flatMap((each) =>
      each.kind === 'missing' ? [object.sourceOf(each.field)] : [],
    );
    const filled = await readFilled(
      rpc,
      object.entity,
      { names: missing, fields: fields.value },
      budget,
    );
    if (!filled.ok) {
      memory.forget(object.entity);
      return filled;
    }
    const target = { rpc, object, fields: fields.value, filled: filled.value };
    const counts: Knowable<number>[] = [];
    for (const aggregate of aggregates) {
      const count = await countOne(target, aggregate, budget);
      if (!count.ok) {
        memory.forget(object.entity);
        return count;
      }
      counts.push(count.value);
    }
    return succeed(counts);
  };
}

async function countOne(
  target: Target,
  aggregate: Aggregate,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const { object, filled } = target;
  switch (aggregate.kind) {
    case 'rows':
      return succeed(known(filled.rows));
    case 'missing':
      return succeed(filled.missing.get(object.sourceOf(aggregate.field)) ?? NOT_THIS_FIELD);
    case 'older_than':
      return countOlder(target, aggregate, budget);
    case 'outside':
      // A text may have blanks around it, and what is translated is stored by language.
      return succeed(unknown('not_supported', 'Odoo does not compare text without outer blanks'));
    case 'keyed':
    case 'duplicates': {
      const names = aggregate.key.map(object.sourceOf);
      if (!isExact(target, names)) {
        return succeed(unknown('not_supported', 'Odoo does not compare text without its case'));
      }
      return aggregate.kind === 'keyed'
        ? countFound(target, filledIn(names), budget)
        : countDuplicates(target, names, budget);
    }
    default:
      return succeed(unknown('not_supported', 'Odoo counts no references that lead nowhere'));
  }
}

async function countFound(
  { rpc, object }: Target,
  domain: readonly Condition[],
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const count = await searchCount(rpc, object.entity, domain, budget);
  return count.ok ? succeed(known(count.value)) : count;
}

async function countOlder(
  target: Target,
  { field, before }: Extract<Aggregate, { kind: 'older_than' }>,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const name = target.object.sourceOf(field);
  const { type, isStored }: Pick<OdooField, 'type' | 'isStored'> = target.fields.get(name) ?? {
    type: '',
    isStored: false,
  };
  const beforeMs = Date.parse(before);
  if (isStored && type === 'datetime') {
    return countFound(target, [[name, '<', toUtcText(beforeMs)]], budget);
  }
  // A day stands for its beginning, so the last one that is older began at least a millisecond before.
  const day = toUtcText(beforeMs - 1).slice(0, 10);
  return isStored && type === 'date'
    ? countFound(target, [[name, '<=', day]], budget)
    : succeed(NOT_THIS_FIELD);
}

/** Whether the server tells the same keys apart as a scan does, which ignores case and blanks around a text. */
function isExact({ rpc, fields }: Target, names: readonly string[]): boolean {
  return (
    rpc.protocol === 'json2' &&
    names.every((name) => {
      const field = fields.get(name);
      if (field?.isStored !== true) return false;
      return ['many2one', 'selection'].includes(field.type) || NORMALISED.includes(name);
    })
  );
}

function filledIn(names: readonly string[]): readonly Condition[] {
  return names.map((name) => [name, '!=', false]);
}

/** Only the groups that have more than one record come back (`having` of formatted_read_group, Odoo 19). */
async function countDuplicates(
  { rpc, object: { entity: model } }: Target,
  names: readonly string[],
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  const having = [['__count', '>', 1]];
  const answer = await rpc.call(
    {
      model,
      method: 'formatted_read_group',
      domain: filledIn(names),
      parameters: { groupby: names, aggregates: ['__count'], having, limit: GROUPS_LIMIT },
    },
    budget,
  );
  if (!answer.ok) return answer;
  const what = `${model}/formatted_read_group`;
  const groups = recordsAt(answer.value.document, [], what);
  if (!groups.ok) return groups;
  if (groups.value.length >= GROUPS_LIMIT) {
    return succeed(unknown('not_supported', `${model} has ${GROUPS_LIMIT} groups of duplicates`));
  }
  let duplicates = 0;
  for (const group of groups.value) {
    const count = countAt(group, ['__count'], what);
    if (!count.ok) return count;
    if (count.value < 2) return fail('schema_changed', `${what} ignored what groups had to have`);
    duplicates += count.value - 1;
  }
  return succeed(known(duplicates));
}
