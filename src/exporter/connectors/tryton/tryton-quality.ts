import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Connector, ConnectorDependencies, DataRow, ScalarValue } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { fieldsOfAggregates } from '../web/count-aggregates.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createPlainReader } from '../web/row-reader.ts';
import { numberIdBeyond, pageByKey, scanPages } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
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
): Scan {
  return async (call, object, fields, onPage) => {
    const described = describedObject(options, object);
    if (described === undefined) return fail('not_found', `there is no object ${object}`);
    const lost = lostField(described, fields);
    if (lost !== undefined) return notDescribed(object, lost);
    const sources = new Set(fields.flatMap((field) => described.fields[field] ?? []));
    const { model, domain } = described;
    const wanted = { model, fields: [...new Set(['id', ...sources])], limit: PAGE_SIZE };
    const budget = startBudget(call, clock);
    return scanPages({
      reader: createPlainReader((record) =>
        toDataRow(record, fields, described, options.utc_offset_minutes),
      ),
      onPage,
      // By rising id, so that records which come or go meanwhile shift nothing.
      async readPage(after: number = 0) {
        const following = [['id', '>', after], ...domain];
        const page = await searchRead(rpc, { ...wanted, domain: following }, budget);
        if (!page.ok) return page;
        const read = { entity: model, records: page.value, size: PAGE_SIZE, after };
        return succeed(pageByKey({ ...read, keyOf: numberIdBeyond(after) }));
      },
    });
  };
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
