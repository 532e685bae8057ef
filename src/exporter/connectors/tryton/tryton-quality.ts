import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies, DataRow, ScalarValue } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { fieldsOfAggregates } from '../web/count-aggregates.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { searchRead } from './tryton-facts.ts';
import type { TrytonObjectOptions, TrytonOptions } from './tryton-options.ts';
import type { TrytonRpc } from './tryton-rpc.ts';
import { toScalar } from './tryton-values.ts';

const PAGE_SIZE = 1000;

function describedObject(options: TrytonOptions, object: string): TrytonObjectOptions | undefined {
  return Object.hasOwn(options.objects, object) ? options.objects[object] : undefined;
}

function lostField(
  { fields: described }: TrytonObjectOptions,
  fields: readonly string[],
): string | undefined {
  return fields.find((field) => !Object.hasOwn(described, field));
}

function notDescribed(object: string, field: string): ReturnType<typeof fail> {
  return fail('not_found', `the configuration of ${object} does not describe ${field}`);
}

/** Tryton counts records; every other aggregate has to be scanned. */
export function createAggregate(
  options: TrytonOptions,
  rpc: TrytonRpc,
  { clock }: ConnectorDependencies,
): Exclude<Connector['aggregate'], undefined> {
  return async (call, object, aggregates) => {
    const described = describedObject(options, object);
    if (described === undefined) return fail('not_found', `there is no object ${object}`);
    const lost = lostField(described, fieldsOfAggregates(aggregates));
    if (lost !== undefined) return notDescribed(object, lost);
    const budget = startBudget(call, clock);
    const cannot = unknown('not_supported', 'Tryton cannot aggregate');
    if (!aggregates.some(({ kind }) => kind === 'rows'))
      return succeed(aggregates.map(() => cannot));
    const method = `model.${described.model}.search_count`;
    const count = await rpc.call(method, [described.domain], budget);
    if (!count.ok) return count;
    const { value } = count;
    if (typeof value !== 'number') return fail('schema_changed', `${method} answered no number`);
    return succeed(aggregates.map(({ kind }) => (kind === 'rows' ? known(value) : cannot)));
  };
}

export function createScan(
  options: TrytonOptions,
  rpc: TrytonRpc,
  { clock }: ConnectorDependencies,
): Exclude<Connector['scan'], undefined> {
  return async (call, object, fields, onPage) => {
    const described = describedObject(options, object);
    if (described === undefined) return fail('not_found', `there is no object ${object}`);
    const lost = lostField(described, fields);
    if (lost !== undefined) return notDescribed(object, lost);
    const sources = new Set(fields.flatMap((field) => described.fields[field] ?? []));
    const budget = startBudget(call, clock);
    let after = 0;
    for (;;) {
      const page = await readPage(rpc, described, [...sources], after, budget);
      if (!page.ok) return page;
      const rows: DataRow[] = [];
      for (const record of page.value) {
        const row = toDataRow(record, fields, described, options.utc_offset_minutes);
        if (!row.ok) return row;
        rows.push(row.value);
      }
      if (rows.length > 0 && !onPage(rows)) return succeed({ complete: false });
      if (rows.length < PAGE_SIZE) return succeed({ complete: true });
      after = Number(page.value.at(-1)?.['id']);
    }
  };
}

/** Pages by rising id, so that records which come or go meanwhile shift nothing. */
async function readPage(
  rpc: TrytonRpc,
  { model, domain }: TrytonObjectOptions,
  sources: readonly string[],
  after: number,
  budget: Budget,
): ReturnType<typeof searchRead> {
  const fields = [...new Set(['id', ...sources])];
  const following = [['id', '>', after], ...domain];
  return searchRead(rpc, { model, domain: following, fields, limit: PAGE_SIZE }, budget);
}

function toDataRow(
  record: Readonly<Record<string, unknown>>,
  fields: readonly string[],
  { model, fields: sources }: TrytonObjectOptions,
  offsetMinutes: number,
): Outcome<DataRow> {
  const row: Record<string, ScalarValue> = {};
  for (const field of fields) {
    row[field] = null;
    for (const source of sources[field] ?? []) {
      const value = toScalar(record[source], offsetMinutes);
      if (value === undefined)
        return fail('schema_changed', `${model}.${source} is no plain value`);
      row[field] = value;
      if (value !== null && value !== '') break;
    }
  }
  return succeed(row);
}
