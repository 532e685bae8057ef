import type { SqlValue, Sqlite } from '../store/store.ts';

/**
 * What a fault spoiled, kept in a table until the fault is mended. No two faults hold the same cell, so they
 * may be broken and mended in any order and the data comes back whole.
 */
export const WHOLE_ROW = '*';
/** Marks a row that the fault itself added. */
const ADDED = '+';
/** Marks the last row that was there before a fault. */
const LAST_ID = '<';

const NOT_HELD = (table: string): string =>
  `NOT EXISTS (SELECT 1 FROM kept_rows WHERE table_name = '${table}' AND row_id = ${table}.id`;

/**
 * The ids of up to `limit` rows of a table, spread over it, that match `condition` and that no other fault
 * holds: rows with this column held are left out, and every held row when the whole row is wanted.
 */
export function freeRows(
  database: Sqlite,
  table: string,
  column: string,
  limit: number,
  condition = 'TRUE',
): readonly number[] {
  const held =
    column === WHOLE_ROW
      ? `${NOT_HELD(table)})`
      : `${NOT_HELD(table)} AND column_name IN ('${column}', '${WHOLE_ROW}'))`;
  // A multiplicative hash of the id spreads the choice over the whole table, the same way each time.
  const rows = database.all(
    `SELECT id FROM ${table} WHERE ${held} AND (${condition})
     ORDER BY (id * 2654435761) % 1000003, id LIMIT ?`,
    limit,
  );
  return rows.map((row) => Number(row['id']));
}

/** Keeps one column of some rows and overwrites it with what `spoil` makes of the old value. */
export function spoilColumn(
  database: Sqlite,
  fault: string,
  target: { readonly table: string; readonly column: string },
  ids: readonly number[],
  spoil: (old: SqlValue, id: number) => SqlValue,
): void {
  const { table, column } = target;
  for (const id of ids) {
    const old = database.get(`SELECT ${column} AS value FROM ${table} WHERE id = ?`, id)?.['value'];
    if (old === undefined) continue;
    keep(database, fault, table, id, column, JSON.stringify(old));
    database.run(`UPDATE ${table} SET ${column} = ? WHERE id = ?`, spoil(old, id), id);
  }
}

/** Keeps some rows as a whole and deletes them. */
export function deleteRows(
  database: Sqlite,
  fault: string,
  table: string,
  ids: readonly number[],
): void {
  for (const id of ids) {
    const row = database.get(`SELECT * FROM ${table} WHERE id = ?`, id);
    if (row === undefined) continue;
    keep(database, fault, table, id, WHOLE_ROW, JSON.stringify(row));
    database.run(`DELETE FROM ${table} WHERE id = ?`, id);
  }
}

/** Notes that a row was added by a fault, so that mending deletes it. */
export function noteAdded(database: Sqlite, fault: string, table: string, id: number): void {
  keep(database, fault, table, id, ADDED, null);
}

/** Notes a place in a growing table: the highest id at the moment. */
export function noteLastId(database: Sqlite, fault: string, table: string): void {
  const last = database.get(`SELECT coalesce(max(id), 0) AS id FROM ${table}`);
  keep(database, fault, table, Number(last?.['id']), LAST_ID, null);
}

/** The id that was noted, which is forgotten by this. */
export function takeLastId(database: Sqlite, fault: string, table: string): number {
  const row = database.get(
    `DELETE FROM kept_rows WHERE fault = ? AND table_name = ? AND column_name = '${LAST_ID}'
     RETURNING row_id`,
    fault,
    table,
  );
  return Number(row?.['row_id'] ?? Number.MAX_SAFE_INTEGER);
}

function keep(
  database: Sqlite,
  fault: string,
  table: string,
  id: number,
  column: string,
  content: string | null,
): void {
  database.run('INSERT INTO kept_rows VALUES (?, ?, ?, ?, ?)', fault, table, id, column, content);
}

/** Puts everything back that a fault keeps, and forgets it. */
export function restoreRows(database: Sqlite, fault: string): void {
  const kept = database.all('SELECT * FROM kept_rows WHERE fault = ?', fault);
  for (const { table_name: table, row_id: id, column_name: column, content } of kept) {
    if (column === ADDED) {
      database.run(`DELETE FROM ${String(table)} WHERE id = ?`, Number(id));
    } else if (column === WHOLE_ROW) {
      const row = JSON.parse(String(content)) as Record<string, SqlValue>;
      const columns = Object.keys(row);
      database.run(
        `INSERT OR REPLACE INTO ${String(table)} (${columns.join(', ')})
         VALUES (${columns.map(() => '?').join(', ')})`,
        ...Object.values(row),
      );
    } else {
      const value = JSON.parse(String(content)) as SqlValue;
      const sql = `UPDATE ${String(table)} SET ${String(column)} = ? WHERE id = ?`;
      database.run(sql, value, Number(id));
    }
  }
  database.run('DELETE FROM kept_rows WHERE fault = ?', fault);
}
