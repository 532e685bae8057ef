import type { Connector, DataRow, ScalarValue } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import { findObject } from '../web/object-options.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createRowReader, pointersOf } from '../web/row-reader.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { Quality } from './suitecrm-quality.ts';
import { toIsoTime } from './suitecrm-times.ts';

/** SuiteCRM has no limit of its own, but loads every record of a page one by one. */
const PAGE_SIZE = 100;

/** Pages by rising id: by number, pages overlap and leave records out (issue 10015 of SuiteCRM). */
export function createScan({
  api,
  objects,
  clock,
}: Quality): Exclude<Connector['scan'], undefined> {
  return async (call, name, fields, onPage) => {
    const object = findObject(objects, name, fields);
    if (!object.ok) return object;
    const { entity: module, sourceOf } = object.value;
    const reader = createRowReader(
      pointersOf(Object.fromEntries(fields.map((field) => [field, placeOf(sourceOf(field))]))),
      name,
    );
    const budget = startBudget(call, clock);
    const rows = await api.countVisible(module, [], budget);
    if (!rows.ok) return rows;
    if (!rows.value.known) return fail('authorization', rows.value.detail);
    const wanted = { module, fields: [...new Set(['id', ...fields.map(sourceOf)])] };
    let after: string | undefined;
    for (;;) {
      const page = await api.list(
        {
          ...wanted,
          where: after === undefined ? [] : [{ field: 'id', operator: 'gt', value: after }],
          size: PAGE_SIZE,
          sort: 'id',
        },
        budget,
      );
      if (!page.ok) return page;
      const read = reader.read(withoutRepeated(page.value));
      if (!read.ok) return read;
      if (read.value.length > 0 && !onPage(read.value.map(toPlainRow))) {
        return succeed({ complete: false });
      }
      if (page.value.length < PAGE_SIZE) {
        const checked = reader.check();
        return checked.ok ? succeed({ complete: true }) : checked;
      }
      const last = page.value.at(-1)?.['id'];
      if (typeof last !== 'string' || last === after) {
        return fail('schema_changed', `${module} does not go on after ${PAGE_SIZE} records`);
      }
      after = last;
    }
  };
}

function placeOf(source: string): readonly string[] {
  return source === 'id' ? ['id'] : ['attributes', source];
}

/** A field that is joined from other records can make one record come twice in a row. */
function withoutRepeated(records: readonly JsonRecord[]): readonly JsonRecord[] {
  return records.filter(({ id }, index) => id !== records[index - 1]?.['id']);
}

function toPlainRow(row: DataRow): DataRow {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]) => [field, toPlainValue(value)]),
  );
}

/** SuiteCRM reads texts with four characters written as entities (to_html in include/utils/db_utils.php). */
const ENTITIES: Readonly<Record<string, string>> = {
  '&quot;': '"',
  '&lt;': '<',
  '&gt;': '>',
  '&#039;': "'",
};

function toPlainValue(value: ScalarValue): ScalarValue {
  if (typeof value !== 'string') return value;
  return (
    toIsoTime(value) ??
    value.replaceAll(/&(?:quot|lt|gt|#039);/g, (entity) => ENTITIES[entity] ?? entity)
  );
}
