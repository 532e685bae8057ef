import type { SqlSource } from '../../../store/store.ts';
import type { Aggregate } from '../connector.ts';
import type { SqlObjectOptions } from './sql-options.ts';

export type Statement = { readonly text: string; readonly values: readonly (string | number)[] };
export type Engine = SqlSource['engine'];

/** Quotes a name that the decoder has checked; a dot parts schema and table. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.');
}

/** White space as JavaScript trims it: space, tab, line feed, vertical tab, form feed, return, no-break space. */
const BLANKS: Readonly<Record<Engine, string>> = {
  postgresql: String.raw`E' \t\n\x0B\f\r\u00A0'`,
  sqlite: 'char(32, 9, 10, 11, 12, 13, 160)',
};

function trimmed(engine: Engine, column: string): string {
  const text = `CAST(${column} AS text)`;
  const name = engine === 'sqlite' ? 'trim' : 'btrim';
  return `${name}(${text}, ${BLANKS[engine]})`;
}

export type TableContext = {
  readonly engine: Engine;
  readonly object: SqlObjectOptions;
  /** Objects that references may lead to. */
  readonly objects: Readonly<Record<string, SqlObjectOptions>>;
};

/** The column of a field, or undefined when the configuration does not name it. */
function columnOf({ object }: TableContext, field: string): string | undefined {
  const column = Object.hasOwn(object.fields, field) ? object.fields[field] : undefined;
  return column === undefined ? undefined : `records.${quoteName(column)}`;
}

/** The field that an aggregate names and the configuration does not, for a message. */
export function unknownField(context: TableContext, aggregate: Aggregate): string | undefined {
  const fields =
    aggregate.kind === 'rows' ? [] : 'key' in aggregate ? aggregate.key : [aggregate.field];
  const field = fields.find((name) => columnOf(context, name) === undefined);
  if (field !== undefined) return field;
  const isOrphan =
    aggregate.kind === 'orphans' && !Object.hasOwn(context.objects, aggregate.object);
  return isOrphan ? aggregate.object : undefined;
}

/**
 * One statement for all aggregates but duplicates, which need a grouping each. Columns are named a0, a1, … by
 * position; the table is scanned once.
 */
export function packedStatement(
  context: TableContext,
  aggregates: readonly Aggregate[],
): Statement {
  const values: string[] = [];
  const columns = aggregates.flatMap((aggregate, index) => {
    const condition = conditionOf(context, aggregate, values);
    if (condition === undefined) return [];
    const filter = condition === '' ? '' : ` FILTER (WHERE ${condition})`;
    return [`count(*)${filter} AS a${index}`];
  });
  const text = `SELECT ${columns.join(', ')} FROM ${quoteName(context.object.table)} AS records`;
  return { text, values };
}

/** SQL of what is counted: "" for every row, undefined for what a grouping has to answer. */
function conditionOf(
  context: TableContext,
  aggregate: Aggregate,
  values: string[],
): string | undefined {
  const { engine } = context;
  switch (aggregate.kind) {
    case 'rows':
      return '';
    case 'duplicates':
      return undefined;
    case 'missing':
      return missing(context, aggregate.field);
    case 'keyed':
      return filled(context, aggregate.key);
    case 'older_than': {
      values.push(aggregate.before);
      const column = columnOf(context, aggregate.field) ?? '';
      // SQLite keeps times as text, with a blank or a T in the middle.
      const time = engine === 'sqlite' ? `replace(${column}, ' ', 'T')` : column;
      return `${time} < $${values.length}`;
    }
    case 'orphans': {
      const column = columnOf(context, aggregate.field) ?? '';
      const target = context.objects[aggregate.object];
      const table = quoteName(target?.table ?? '');
      const identifier = `referenced.${quoteName(target?.identifier ?? '')}`;
      const exists = `EXISTS (SELECT 1 FROM ${table} AS referenced WHERE ${identifier} = ${column})`;
      return `${filled(context, [aggregate.field])} AND NOT ${exists}`;
    }
  }
}

function missing(context: TableContext, field: string): string {
  const column = columnOf(context, field) ?? '';
  return `(${column} IS NULL OR ${trimmed(context.engine, column)} = '')`;
}

function filled(context: TableContext, fields: readonly string[]): string {
  return fields.map((field) => `NOT ${missing(context, field)}`).join(' AND ');
}

/** Records with a key minus distinct keys; keys are compared trimmed and in lower case. */
export function duplicatesStatement(context: TableContext, key: readonly string[]): Statement {
  const parts = key.map(
    (field) => `lower(${trimmed(context.engine, columnOf(context, field) ?? '')})`,
  );
  const grouped =
    `SELECT count(*) AS uses FROM ${quoteName(context.object.table)} AS records ` +
    `WHERE ${filled(context, key)} GROUP BY ${parts.join(', ')} HAVING count(*) > 1`;
  return {
    text: `SELECT coalesce(sum(uses - 1), 0) AS a0 FROM (${grouped}) AS repeated`,
    values: [],
  };
}

/** One page of records in the order of their identifier, after the one that ended the page before. */
export function pageStatement(
  context: TableContext,
  fields: readonly string[],
  after: string | number | undefined,
  size: number,
): Statement {
  const identifier = `records.${quoteName(context.object.identifier)}`;
  const columns = fields.map((field, index) => `${columnOf(context, field) ?? ''} AS f${index}`);
  const where = after === undefined ? '' : ` WHERE ${identifier} > $1`;
  const text =
    `SELECT ${[`${identifier} AS position`, ...columns].join(', ')} ` +
    `FROM ${quoteName(context.object.table)} AS records${where} ORDER BY ${identifier} LIMIT ${size}`;
  return { text, values: after === undefined ? [] : [after] };
}
