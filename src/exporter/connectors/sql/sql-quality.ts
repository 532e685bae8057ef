import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import type { ReaderRow } from '../../../store/store.ts';
import type { Aggregate, Connector, DataRow } from '../connector.ts';
import { startBudget } from '../web/budget.ts';
import type { Budget } from '../web/budget.ts';
import { fail, succeed } from '../web/outcomes.ts';
import { runStatement } from './sql-context.ts';
import type { SqlContext } from './sql-context.ts';
import { duplicatesStatement, packedStatement, pageStatement, unknownField } from './sql-text.ts';
import type { Engine, TableContext } from './sql-text.ts';

/** DuckDB reads a whole file of an export for each page. */
const PAGE_SIZES: Readonly<Record<Engine, number>> = {
  postgresql: 2000,
  mysql: 2000,
  sqlite: 2000,
  duckdb: 50_000,
};

function tableContext({ reader, objects }: SqlContext, object: string): TableContext | undefined {
  const described = Object.hasOwn(objects, object) ? objects[object] : undefined;
  return described === undefined
    ? undefined
    : { engine: reader.engine, object: described, objects };
}

/** One packed query for an object, and one grouped query for each duplicate key. */
export function createAggregate(context: SqlContext): Exclude<Connector['aggregate'], undefined> {
  return async (call, object, aggregates) => {
    const table = tableContext(context, object);
    if (table === undefined)
      return fail('not_found', `the configuration describes no object ${object}`);
    const lost = aggregates.flatMap((each) => unknownField(table, each) ?? [])[0];
    if (lost !== undefined) {
      return fail('not_found', `the configuration of ${object} does not describe ${lost}`);
    }
    const budget = startBudget(call, context.clock);
    const answers: Knowable<number>[] = [];
    const isPacked = aggregates.some((aggregate) => aggregate.kind !== 'duplicates');
    const packed = isPacked
      ? await runStatement(context, packedStatement(table, aggregates), budget)
      : succeed<readonly ReaderRow[]>([]);
    if (!packed.ok) return packed;
    for (const [index, aggregate] of aggregates.entries()) {
      const answer = await answerOf(
        context,
        table,
        aggregate,
        packed.value[0]?.[`a${index}`],
        budget,
      );
      if (!answer.ok) return answer;
      answers.push(answer.value);
    }
    return succeed(answers);
  };
}

async function answerOf(
  context: SqlContext,
  table: TableContext,
  aggregate: Aggregate,
  packed: unknown,
  budget: Budget,
): Promise<Outcome<Knowable<number>>> {
  let value = packed;
  if (aggregate.kind === 'duplicates') {
    const rows = await runStatement(context, duplicatesStatement(table, aggregate.key), budget);
    if (!rows.ok) return rows;
    value = rows.value[0]?.['a0'];
  }
  if (typeof value === 'number') return succeed(known(value));
  if (value === null && aggregate.kind === 'older_than') {
    const detail = `no value of field ${aggregate.field} is an ISO 8601 time`;
    return succeed(unknown('not_configured', detail));
  }
  return fail('internal', `the query for ${aggregate.kind} gave no number`);
}

export function createScan(context: SqlContext): Exclude<Connector['scan'], undefined> {
  return async (call, object, fields, onPage) => {
    const table = tableContext(context, object);
    if (table === undefined)
      return fail('not_found', `the configuration describes no object ${object}`);
    const lost = fields.find((field) => !Object.hasOwn(table.object.fields, field));
    if (lost !== undefined) {
      return fail('not_found', `the configuration of ${object} does not describe ${lost}`);
    }
    const budget = startBudget(call, context.clock);
    const pageSize = PAGE_SIZES[table.engine];
    let after: string | number | undefined;
    for (;;) {
      const page = await runStatement(
        context,
        pageStatement(table, fields, after, pageSize),
        budget,
      );
      if (!page.ok) return page;
      const rows = page.value.map((row) => toDataRow(row, fields));
      if (rows.length > 0 && !onPage(rows)) return succeed({ complete: false });
      if (rows.length < pageSize) return succeed({ complete: true });
      const last = page.value.at(-1)?.['position'];
      if (typeof last !== 'string' && typeof last !== 'number') {
        return fail('schema_changed', `a record of ${object} has no identifier`);
      }
      if (last === after) {
        return fail('schema_changed', `${object} does not go on after ${pageSize} records`);
      }
      after = last;
    }
  };
}

function toDataRow(row: ReaderRow, fields: readonly string[]): DataRow {
  return Object.fromEntries(fields.map((field, index) => [field, row[`f${index}`] ?? null]));
}
