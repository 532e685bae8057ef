import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

import { partsOf } from '../std/std.ts';
import type { Database, DatabaseTransaction, StoreEngine } from './engine.ts';

export type TableShape = {
  readonly name: string;
  readonly columns: readonly string[];
  /** The columns of the primary key, in its order. */
  readonly key: readonly string[];
};

type Row = Readonly<Record<string, unknown>>;

/** Below the number of values that either engine takes in one statement. */
const VALUES_PER_INSERT = 30_000;
const PAGE_ROWS = 1000;
/** What a page of rows should weigh; one row alone may weigh more. */
const PAGE_BYTES = 8 * 1024 * 1024;

/**
 * The tables of a SQLite file but the ledger of its schema, in the order in which they were made: those that others
 * refer to come first.
 */
export async function describeTables(sqlite: Database): Promise<readonly TableShape[]> {
  const { rows: tables } = await sql<{ name: string }>`
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND name <> 'schema_steps' ORDER BY rowid`.execute(sqlite);
  const shapes: TableShape[] = [];
  for (const { name } of tables) {
    const { rows: columns } = await sql<{ name: string; pk: number }>`
      SELECT name, pk FROM pragma_table_info(${name}) ORDER BY cid`.execute(sqlite);
    const key = columns.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
    if (key.length === 0) throw new Error(`the table ${name} has no primary key to page by`);
    shapes.push({
      name,
      columns: columns.map((column) => column.name),
      key: key.map((column) => column.name),
    });
  }
  return shapes;
}

/**
 * Copies all rows, page by page, so that memory stays bounded; `from` must not change meanwhile.
 * Gives how many there were.
 */
export async function copyTable(
  from: Database,
  to: { readonly transaction: DatabaseTransaction; readonly engine: StoreEngine },
  table: TableShape,
  onRows: (count: number) => void,
): Promise<number> {
  let copied = 0;
  let limit = 1;
  let last: Row | undefined;
  for (;;) {
    const { rows } = await readPage(table, last, limit).execute(from);
    last = rows.at(-1);
    if (last === undefined) return copied;
    await insertRows(table, rows, to);
    copied += rows.length;
    onRows(copied);
    limit = weigh(rows) > PAGE_BYTES ? Math.max(1, limit >> 1) : Math.min(PAGE_ROWS, limit * 2);
  }
}

/** What the migrations themselves wrote comes out of the backup as well. Triggers must be off. */
export async function emptyTables(
  transaction: DatabaseTransaction,
  tables: readonly TableShape[],
): Promise<void> {
  // Those that refer to others go first.
  for (const { name } of tables.toReversed()) {
    await sql`DELETE FROM ${sql.table(name)}`.execute(transaction);
  }
}

export async function countRows(database: Database, { name }: TableShape): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT count(*) AS count FROM ${sql.table(name)}`.execute(database);
  return rows[0]?.count ?? 0;
}

function readPage({ name, columns, key }: TableShape, last: Row | undefined, limit: number) {
  const order = sql.join(key.map((column) => sql.ref(column)));
  const after =
    last === undefined
      ? sql``
      : sql`WHERE (${order}) > (${sql.join(key.map((column) => last[column]))})`;
  return sql<Row>`SELECT ${sql.join(columns.map((column) => sql.ref(column)))}
    FROM ${sql.table(name)} ${after} ORDER BY ${order} LIMIT ${limit}`;
}

async function insertRows(
  { name, columns }: TableShape,
  rows: readonly Row[],
  { transaction, engine }: { transaction: DatabaseTransaction; engine: StoreEngine },
): Promise<void> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const keys = engine === 'postgresql' ? sql`OVERRIDING SYSTEM VALUE` : sql``;
  const step = Math.floor(VALUES_PER_INSERT / columns.length);
  for (const part of partsOf(rows, step)) {
    const values = part.map(
      (row): RawBuilder<unknown> => sql`(${sql.join(columns.map((column) => row[column]))})`,
    );
    await sql`INSERT INTO ${sql.table(name)} (${names}) ${keys} VALUES ${sql.join(values)}`.execute(
      transaction,
    );
  }
}

function weigh(rows: readonly Row[]): number {
  let bytes = 0;
  for (const row of rows) {
    for (const value of Object.values(row)) {
      bytes += typeof value === 'string' || value instanceof Uint8Array ? value.length : 8;
    }
  }
  return bytes;
}
