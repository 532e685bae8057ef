import type { Outcome } from '../../../http/http.ts';
import type { Connector } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader } from '../web/row-reader.ts';
import { readList } from './lists.ts';
import type { RestContext } from './rest-context.ts';

export function createScan(context: RestContext): Exclude<Connector['scan'], undefined> {
  const { options, requests, dependencies } = context;
  return async (call, object, fields, onPage) => {
    const described = Object.hasOwn(options.objects, object) ? options.objects[object] : undefined;
    if (described === undefined) {
      return fail('not_found', `the configuration describes no object ${object}`);
    }
    const unknownField = fields.find((field) => !Object.hasOwn(described.fields, field));
    if (unknownField !== undefined) {
      return fail('not_found', `the configuration describes no field ${unknownField} of ${object}`);
    }
    const wanted = fields.flatMap((field) => {
      const pointer = described.fields[field];
      return pointer === undefined ? [] : [[field, pointer] as const];
    });
    const reader = createRowReader(Object.fromEntries(wanted), object);
    let refused: Outcome<undefined> = succeed(undefined);
    const budget = startBudget(call, dependencies.clock);
    const outcome = await readList(described, described.path, requests, budget, (items) => {
      const rows = reader.read(items);
      if (rows.ok) return onPage(rows.value);
      refused = rows;
      return false;
    });
    if (!refused.ok) return refused;
    if (!outcome.ok) return outcome;
    const checked = reader.check();
    return checked.ok ? outcome : checked;
  };
}
