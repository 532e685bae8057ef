import type { DataRow, ScalarValue } from '../connector.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { createScanning, pageByKey, textIdOf } from '../web/scan-pages.ts';
import type { Scan } from '../web/scan-pages.ts';
import type { JsonRecord } from '../web/shapes.ts';
import type { Condition } from './suitecrm-api.ts';
import type { Quality } from './suitecrm-quality.ts';
import { toIsoTime } from './suitecrm-times.ts';

/** SuiteCRM has no limit of its own, but loads every record of a page one by one. */
const PAGE_SIZE = 100;

/** Pages by rising id: by number, pages overlap and leave records out (issue 10015 of SuiteCRM). */
export function createScan({ api, ...quality }: Quality): Scan {
  return createScanning(quality, async ({ object: { entity: module }, sources, budget }) => {
    const rows = await api.countVisible(module, [], budget);
    if (!rows.ok) return rows;
    if (!rows.value.known) return fail('authorization', rows.value.detail);
    const wanted = {
      module,
      fields: [...new Set(['id', ...sources])],
      size: PAGE_SIZE,
      sort: 'id',
    };
    return succeed({
      placeOf,
      toRow: toPlainRow,
      async readPage(after?: string) {
        const where: readonly Condition[] =
          after === undefined ? [] : [{ field: 'id', operator: 'gt', value: after }];
        const page = await api.list({ ...wanted, where }, budget);
        if (!page.ok) return page;
        const found = { entity: module, records: page.value, size: PAGE_SIZE, after };
        const read = pageByKey({ ...found, keyOf: textIdOf });
        return succeed({ ...read, records: withoutRepeated(page.value) });
      },
    });
  });
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
