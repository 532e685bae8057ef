import type { SparseEntry } from '../logistic/logistic.ts';
import {
  isMissingCell,
  isNumber,
  numberOf,
  readCells,
  refuseNotFinite,
  refuseRepeated,
} from './cells.ts';
import type { CellRow, Cells, Column } from './cells.ts';
import { missingName, textName } from './feature-names.ts';
import type { TableOptions } from './labelled-table.ts';
import { refuseTable } from './refuse.ts';

const LABEL_NAMES: readonly string[] = ['label', 'class', 'target', 'y'];
/** More texts than these in a column are names of rows rather than kinds of them. */
const MAXIMUM_TEXTS = 1000;

/** A table before its classes are numbered. */
export type RawTable = {
  readonly features: readonly string[];
  /** That features were made of. */
  readonly columns: readonly string[];
  readonly entries: readonly (readonly SparseEntry[])[];
  readonly labels: readonly string[];
  readonly groups: readonly string[] | null;
  readonly times: readonly number[] | null;
  /** Of each row in its file, for messages. */
  readonly lines: readonly number[];
};

/**
 * Columns of numbers become features of the same name, columns of texts one feature for each text ("colour=red"), and
 * a column with gaps gets a second feature that says so ("age:missing").
 * @throws CrmwatchError training_data_invalid, naming line and column.
 */
export function parseDelimited(text: string, place: string, options: TableOptions): RawTable {
  const cells = readCells(text, place, { delimiter: options.delimiter, mayRepeat: true });
  const labelName = labelNameOf(cells, place, options);
  const special = [labelName, options.group, options.time, ...(options.ignore ?? [])];
  const named = special.filter((name) => name !== undefined);
  for (const name of named) {
    indexOf(cells, name, place);
    // Which of them is meant is not known, and the other would give the answer away.
    if (cells.repeated.has(name)) refuseRepeated(name, place);
  }
  const features: string[] = [];
  const entries: SparseEntry[][] = cells.rows.map(() => []);
  const columns = cells.header.filter((name) => !named.includes(name));
  for (const name of columns) {
    addColumn({ cells, index: indexOf(cells, name, place), place }, features, entries);
  }
  const columnOf = (name: string): readonly string[] => {
    const index = indexOf(cells, name, place);
    return cells.rows.map((row) => row.cells[index] ?? '');
  };
  return {
    features,
    columns,
    entries,
    labels: labelName === undefined ? labelsBeside(cells, place, options) : columnOf(labelName),
    groups: options.group === undefined ? null : columnOf(options.group),
    times: options.time === undefined ? null : timesOf(cells, options.time, place),
    lines: cells.rows.map((row) => row.line),
  };
}

function labelNameOf(cells: Cells, place: string, options: TableOptions): string | undefined {
  if (options.labels !== undefined) return undefined;
  const { label } = options;
  if (label !== undefined) return label;
  const found = cells.header.find((name) => LABEL_NAMES.includes(name.toLowerCase()));
  if (found !== undefined) return found;
  return refuseTable(
    `${place} has no column ${LABEL_NAMES.join(', ')}`,
    `say which column holds the class with --label, or which file with --labels; the columns are ${listOf(cells.header)}`,
  );
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 12).join(', ');
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown;
}

function indexOf(cells: Cells, name: string, place: string): number {
  const index = cells.header.indexOf(name);
  if (index >= 0) return index;
  return refuseTable(
    `${place} has no column "${name}"`,
    `the columns are ${listOf(cells.header)}; the first line names them`,
  );
}

function addColumn(column: Column, features: string[], entries: SparseEntry[][]): void {
  const { cells, index } = column;
  const name = cells.header[index] ?? '';
  const isMissing = (row: CellRow): boolean => isMissingCell(row.cells[index] ?? '');
  const present = cells.rows.filter((row) => !isMissing(row));
  for (const row of present) refuseNotFinite(row, column);
  if (present.length < cells.rows.length && present.length > 0) {
    const at = features.push(missingName(name)) - 1;
    for (const [row, one] of cells.rows.entries()) {
      if (isMissing(one)) entries[row]!.push({ column: at, value: 1 });
    }
  }
  if (present.every((row) => isNumber(row.cells[index] ?? ''))) {
    const at = features.push(name) - 1;
    for (const [row, one] of cells.rows.entries()) {
      const value = isMissing(one) ? 0 : numberOf(one, column);
      if (value !== 0) entries[row]!.push({ column: at, value });
    }
    return;
  }
  addTexts(column, present, features, entries);
}

function addTexts(
  { cells, index, place }: Column,
  present: readonly CellRow[],
  features: string[],
  entries: SparseEntry[][],
): void {
  const name = cells.header[index] ?? '';
  const texts = [...new Set(present.map((row) => row.cells[index] ?? ''))].toSorted();
  if (texts.length > MAXIMUM_TEXTS) {
    const first = present.find((row) => !isNumber(row.cells[index] ?? ''));
    refuseTable(
      `${place}:${first?.line}: column "${name}" holds ${texts.length} different texts, such as "${first?.cells[index]}"`,
      `a column of texts is taken for kinds, of which there may be ${MAXIMUM_TEXTS}: leave it out with --ignore ${name}`,
    );
  }
  const first = features.length;
  features.push(...texts.map((text) => textName(name, text)));
  const offsetOf = new Map(texts.map((text, offset) => [text, first + offset]));
  for (const [row, one] of cells.rows.entries()) {
    const at = offsetOf.get(one.cells[index] ?? '');
    if (at !== undefined) entries[row]!.push({ column: at, value: 1 });
  }
}

function labelsBeside(
  cells: Cells,
  place: string,
  { labels }: Pick<TableOptions, 'labels'>,
): readonly string[] {
  const lines = (labels?.text ?? '').split(/\r?\n/).map((line) => line.trim());
  while (lines.at(-1) === '') lines.pop();
  const given = lines.length === cells.rows.length + 1 ? lines.slice(1) : lines;
  if (given.length === cells.rows.length) return given;
  return refuseTable(
    `${labels?.place} has ${lines.length} labels, but ${place} has ${cells.rows.length} rows`,
    'give one label per line, in the order of the rows',
  );
}

function timesOf(cells: Cells, name: string, place: string): readonly number[] {
  const index = indexOf(cells, name, place);
  return cells.rows.map((row) => {
    const cell = row.cells[index] ?? '';
    const time = isNumber(cell) ? Number(cell) : Date.parse(cell);
    if (Number.isFinite(time)) return time;
    return refuseTable(
      `${place}:${row.line}: column "${name}" is "${cell}", which is no time`,
      'give a number, or a date such as 2026-11-28T16:00:00Z',
    );
  });
}
