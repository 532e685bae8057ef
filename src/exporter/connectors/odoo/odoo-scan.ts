import type { Outcome } from '../../../http/http.ts';
import type { DataRow, ScalarValue } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { findObject } from '../web/object-options.ts';
import type { FoundObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createPlainReader } from '../web/row-reader.ts';
import { numberIdBeyond, pageByKey, scanPages } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { OdooQuality } from './odoo-quality.ts';
import { searchRead } from './odoo-records.ts';
import { readFields, toScalar } from './odoo-values.ts';
import type { OdooFields } from './odoo-values.ts';

const PAGE_SIZE = 1000;

/** Pages by rising id, so that records which come or go meanwhile shift nothing. */
export function createScan({ rpc, objects, clock }: OdooQuality): Scan {
  return async (call, name, fields, onPage) => {
    const found = findObject(objects, name, fields);
    if (!found.ok) return found;
    const { entity: model, sourceOf } = found.value;
    const budget = startBudget(call, clock);
    const sources = fields.map(sourceOf);
    const described = await readFields(rpc, model, ['id', ...sources], budget);
    if (!described.ok) return described;
    return scanPages({
      reader: createPlainReader((record) => toRow(record, fields, found.value, described.value)),
      onPage,
      async readPage(after: number = 0) {
        const page = await searchRead(
          rpc,
          { model, domain: [['id', '>', after]], fields: sources, order: 'id', limit: PAGE_SIZE },
          budget,
        );
        if (!page.ok) return page;
        const read = { entity: model, records: page.value, size: PAGE_SIZE, after };
        return succeed(pageByKey({ ...read, keyOf: numberIdBeyond(after) }));
      },
    });
  };
}

function toRow(
  record: JsonRecord,
  fields: readonly string[],
  { entity, sourceOf }: FoundObject,
  described: OdooFields,
): Outcome<DataRow> {
  const row: Record<string, ScalarValue> = {};
  for (const field of fields) {
    const source = sourceOf(field);
    const type = described.get(source);
    const value = type === undefined ? undefined : toScalar(record[source], type);
    if (value === undefined) {
      return fail('schema_changed', `${entity} has no plain value at ${source}`);
    }
    row[field] = value;
  }
  return succeed(row);
}
