import { isMissingCell, isNumber, numberOf, readCells, refuseNotFinite } from './cells.ts';
import type { CellRow, Column } from './cells.ts';
import { missingName, textName } from './feature-names.ts';
import { formatOf } from './format.ts';
import type { LabelledTable, TableOptions } from './labelled-table.ts';
import { parseSvmlight } from './parse-svmlight.ts';
import { refuseTable } from './refuse.ts';

/** A row to judge: numbers by the names of features, with those that the training may not have had. */
export type KnownRow = {
  /** In the file, counted from 1. */
  readonly line: number;
  readonly values: readonly { readonly name: string; readonly value: number }[];
};

export type KnownRows = {
  readonly rows: readonly KnownRow[];
  /** Columns that the training did not have. */
  readonly ignored: readonly string[];
};

type Known = Pick<LabelledTable, 'features' | 'columns'>;

/**
 * Reads a table for a model that was trained on another one: its columns, wherever they stand; all others are ignored, such
 * as one with the classes.
 * @throws CrmwatchError training_data_invalid when a column is missing, or holds texts where the training had numbers,
 * naming line and column.
 */
export function readKnownRows(
  text: string,
  place: string,
  known: Known,
  options: Pick<TableOptions, 'format' | 'delimiter'> = {},
): KnownRows {
  const format = options.format ?? formatOf(place);
  if (format === 'svmlight') return { rows: svmlightRows(text, place), ignored: [] };
  const cells = readCells(text, place, { delimiter: options.delimiter, mayRepeat: true });
  const missing = known.columns.find((name) => !cells.header.includes(name));
  if (missing !== undefined) {
    refuseTable(
      `${place} has no column "${missing}", which the model was trained on`,
      'give a table with the columns of the training; the first line names them',
    );
  }
  const features = new Set(known.features);
  const columns = known.columns.map((name): Column => {
    return { cells, index: cells.header.indexOf(name), place };
  });
  const rows = cells.rows.map((row) => ({
    line: row.line,
    values: columns.flatMap((column) => valueOf(row, column, features)),
  }));
  return { rows, ignored: cells.header.filter((name) => !known.columns.includes(name)) };
}

function valueOf(row: CellRow, column: Column, features: ReadonlySet<string>): KnownRow['values'] {
  const name = column.cells.header[column.index] ?? '';
  const cell = row.cells[column.index] ?? '';
  if (isMissingCell(cell)) return [{ name: missingName(name), value: 1 }];
  refuseNotFinite(row, column);
  if (!features.has(name)) return [{ name: textName(name, cell), value: 1 }];
  if (isNumber(cell)) return [{ name, value: numberOf(row, column) }];
  return refuseTable(
    `${column.place}:${row.line}: column "${name}" is "${cell.slice(0, 60)}", but the model was trained on numbers in it`,
    'give a number, or leave the cell empty when the value is missing',
  );
}

function svmlightRows(text: string, place: string): readonly KnownRow[] {
  const { features, entries, lines } = parseSvmlight(text, place);
  return entries.map((row, index) => ({
    line: lines[index] ?? 0,
    values: row.map(({ column, value }) => ({ name: features[column] ?? '', value })),
  }));
}
