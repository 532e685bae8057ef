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
const BLANKS: Readonly<Record<Exclude<Engine, 'mysql'>, string>> = {
  postgresql: String.raw`E' \t\n\x0B\f\r\u00A0'`,
  sqlite: 'char(32, 9, 10, 11, 12, 13, 160)',
  duckdb: 'concat(chr(32), chr(9), chr(10), chr(11), chr(12), chr(13), chr(160))',
};

/** The same, in a regular expression; MariaDB and MySQL trim one character alone. */
const BLANK_ENDS = String.raw`'^[ \t\n\x0B\f\r\x{00A0}]+|[ \t\n\x0B\f\r\x{00A0}]+$'`;

function trimmed(engine: Engine, column: string): string {
  if (engine === 'mysql') {
    // Compared by letters: the usual collations take "é" for "e", which other engines do not.
    const letters = `CONVERT(CAST(${column} AS CHAR) USING utf8mb4) COLLATE utf8mb4_bin`;
    return `regexp_replace(${letters}, ${BLANK_ENDS}, '')`;
  }
  const text = `CAST(${column} AS text)`;
  const name = engine === 'postgresql' ? 'btrim' : 'trim';
  const bare = `${name}(${text}, ${BLANKS[engine]})`;
  if (engine !== 'duckdb') return bare;
  const plain = `${beginsPlainly(text)} AND ${beginsPlainly(`right(${text}, 1)`)}`;
  return `CASE WHEN ${plain} THEN ${text} ELSE ${bare} END`;
}

/**
 * Whether a text of DuckDB begins with a letter of ASCII that is no blank. It compares by bytes, which takes a small part of the time
 * in which it trims a text of a set of letters, and nearly all texts are like that.
 */
function beginsPlainly(text: string): string {
  return `${text} >= '!' AND ${text} < chr(128)`;
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
    const count =
      aggregate.kind === 'older_than'
        ? olderCount(context, aggregate, values)
        : countOf(context.engine, conditionOf(context, aggregate, values));
    return count === undefined ? [] : [`${count} AS a${index}`];
  });
  const text = `SELECT ${columns.join(', ')} FROM ${quoteName(context.object.table)} AS records`;
  return { text, values };
}

function countOf(engine: Engine, condition: string): string;
function countOf(engine: Engine, condition: string | undefined): string | undefined;
function countOf(engine: Engine, condition: string | undefined): string | undefined {
  if (condition === undefined) return undefined;
  if (condition === '') return 'count(*)';
  return engine === 'mysql'
    ? `count(CASE WHEN ${condition} THEN 1 END)`
    : `count(*) FILTER (WHERE ${condition})`;
}

/** A time as an engine takes it in a comparison. */
export function timeFor(engine: Engine, iso: string): string {
  // MariaDB and MySQL know neither the T nor the Z; the session is in UTC.
  return engine === 'mysql' ? iso.replace('T', ' ').replace(/Z$/, '') : iso;
}

/**
 * Records that are older. Only PostgreSQL refuses to compare a time with what is none; in the others a number is less or
 * more than every time. There it counts, as a scan does, what is written as a time, and NULL says that nothing is.
 */
function olderCount(
  context: TableContext,
  { field, before }: Extract<Aggregate, { kind: 'older_than' }>,
  values: string[],
): string {
  const { engine } = context;
  const column = columnOf(context, field) ?? '';
  values.push(timeFor(engine, before));
  const value = `$${values.length}`;
  if (engine === 'postgresql') return countOf(engine, `${column} < ${value}`);
  if (engine === 'duckdb') {
    // A year or a month alone is no time, as little as elsewhere.
    const isTime = `CAST(${column} AS text) LIKE '____-__-__%'`;
    const at = `CASE WHEN ${isTime} THEN TRY_CAST(${column} AS timestamp) END`;
    return olderOrUndated(context, field, {
      older: `${at} < CAST(${value} AS timestamp)`,
      dated: `${at} IS NOT NULL`,
    });
  }
  const text = `CAST(${column} AS ${engine === 'mysql' ? 'char' : 'text'})`;
  const dated = `${text} LIKE '____-__-__%'`;
  // SQLite keeps times as text, with a blank or a T in the middle.
  const time = engine === 'sqlite' ? `replace(${column}, ' ', 'T')` : column;
  return olderOrUndated(context, field, { older: `${dated} AND ${time} < ${value}`, dated });
}

function olderOrUndated(
  context: TableContext,
  field: string,
  { older, dated }: { readonly older: string; readonly dated: string },
): string {
  const { engine } = context;
  const undated = `${countOf(engine, filled(context, [field]))} > 0 AND ${countOf(engine, dated)} = 0`;
  return `CASE WHEN ${undated} THEN NULL ELSE ${countOf(engine, older)} END`;
}

/** SQL of what is counted: "" for every row, undefined for what has no such condition. */
function conditionOf(
  context: TableContext,
  aggregate: Exclude<Aggregate, { kind: 'older_than' }>,
  values: string[],
): string | undefined {
  switch (aggregate.kind) {
    case 'rows':
      return '';
    case 'duplicates':
      return undefined;
    case 'missing':
      return missing(context, aggregate.field);
    case 'keyed':
      return filled(context, aggregate.key);
    case 'outside': {
      const allowed = aggregate.values.map((value) => `$${values.push(value)}`);
      const text = trimmed(context.engine, columnOf(context, aggregate.field) ?? '');
      return `${filled(context, [aggregate.field])} AND ${text} NOT IN (${allowed.join(', ')})`;
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
  const isBlank = `${trimmed(context.engine, column)} = ''`;
  if (context.engine !== 'duckdb') return `(${column} IS NULL OR ${isBlank})`;
  const plain = beginsPlainly(`CAST(${column} AS text)`);
  return `(CASE WHEN ${column} IS NULL THEN true WHEN ${plain} THEN false ELSE ${isBlank} END)`;
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
