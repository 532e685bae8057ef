import { parse } from 'csv-parse/sync';
import { errorMessage } from '../../../std/std.ts';
import type { ErrorCode } from '../../../std/std.ts';
import { refuseTable } from './refuse.ts';

/** A table as it was written: every row has one text per column. */
export type Cells = {
  readonly header: readonly string[];
  /** Names that stood over several columns, which are numbered in `header`. */
  readonly repeated: ReadonlySet<string>;
  readonly rows: readonly CellRow[];
};

export type CellRow = {
  /** Of the file, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
};

export type CellOptions = {
  /** Found in the first line unless given. */
  readonly delimiter?: string | undefined;
  /** Whether several columns may have one name; refused unless said. */
  readonly mayRepeat?: boolean;
  /** Of the errors. */
  readonly code?: ErrorCode;
};

const DELIMITERS = [',', '\t', ';', '|'] as const;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** How tables say that a value is not there. */
const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'null', 'none', '?']);
/** What numbers become when they are no numbers any more. */
const NOT_FINITE = /^[+-]?(nan|inf|infinity)$/i;

export function isMissingCell(cell: string): boolean {
  return MISSING.has(cell.toLowerCase());
}

export function isNumber(cell: string): boolean {
  return NUMBER.test(cell);
}

/** One column of a table, and what to call the table in messages. */
export type Column = {
  readonly cells: Cells;
  readonly index: number;
  readonly place: string;
};

export function refuseNotFinite(
  { line, cells: row }: CellRow,
  { cells, index, place }: Column,
): void {
  if (!NOT_FINITE.test(row[index] ?? '')) return;
  refuseTable(
    `${place}:${line}: column "${cells.header[index]}" is ${row[index]}`,
    'leave the cell empty when the value is missing, or give a finite number',
  );
}

/** The number in a cell that is one. */
export function numberOf({ line, cells: row }: CellRow, { cells, index, place }: Column): number {
  const value = Number(row[index]);
  if (Number.isFinite(value)) return value;
  return refuseTable(
    `${place}:${line}: column "${cells.header[index]}" is ${row[index]}, which is too large`,
    'give a number below 1.8e308',
  );
}

type ParsedRow = { readonly record: readonly string[]; readonly info: { readonly lines: number } };

/**
 * Reads comma-, tab-, semicolon- or bar-separated values, quoted as RFC 4180 has it. A first line that holds numbers
 * alone is a row, and the columns are called column_1 and so on.
 * @throws CrmwatchError with the code, naming the line, for rows of another length and unfinished quotes.
 */
export function readCells(
  text: string,
  place: string,
  {
    delimiter = findDelimiter(text),
    mayRepeat = false,
    code = 'training_data_invalid',
  }: CellOptions = {},
): Cells {
  const parsed = parseRows(text, place, delimiter, code);
  const [first, ...others] = parsed.map(({ record, info }): CellRow => ({
    line: info.lines,
    cells: record,
  }));
  if (first === undefined) {
    return refuseTable(`${place} is empty`, 'give a table with a header and one line per row', {
      code,
    });
  }
  const hasHeader = !first.cells.every((cell) => cell === '' || isNumber(cell));
  const given = hasHeader ? first.cells : first.cells.map((_, index) => `column_${index + 1}`);
  const repeated = new Set(given.filter((name, index) => given.indexOf(name) !== index));
  const [twice] = repeated;
  if (twice !== undefined && !mayRepeat) refuseRepeated(twice, place, code);
  const header = numberRepeated(given);
  const rows = hasHeader ? others : [first, ...others];
  const ragged = rows.find(({ cells }) => cells.length !== header.length);
  if (ragged !== undefined) {
    const { line, cells } = ragged;
    refuseTable(
      `${place}:${line}: the row has ${cells.length} columns, but the first line has ${header.length}`,
      'give every row the same columns, quote cells that hold the delimiter, or name another with --delimiter',
      { code },
    );
  }
  return { header, repeated, rows };
}

export function refuseRepeated(name: string, place: string, code?: ErrorCode): never {
  return refuseTable(
    `${place}: two columns are called "${name}"`,
    'give every column another name',
    code === undefined ? {} : { code },
  );
}

/** The second column of a name gets ".2" at its end, or the next number that no column has. */
function numberRepeated(names: readonly string[]): readonly string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let number = 2; seen.has(own) || (own !== name && taken.has(own)); number++) {
      own = `${name}.${number}`;
    }
    seen.add(own);
    return own;
  });
}

function parseRows(
  text: string,
  place: string,
  delimiter: string,
  code: ErrorCode,
): readonly ParsedRow[] {
  try {
    return parse(text, {
      delimiter,
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      // Told below, in the words of all other errors.
      relax_column_count: true,
    }) as unknown as readonly ParsedRow[];
  } catch (error) {
    return refuseTable(
      `${place}: ${errorMessage(error)}`,
      'close the quote, and write a quote inside of quotes twice',
      { cause: error, code },
    );
  }
}

/** The one that the first line has most often. */
function findDelimiter(text: string): string {
  const end = text.search(/[\r\n]/);
  const first = end < 0 ? text : text.slice(0, end);
  const counted = DELIMITERS.map((delimiter) => ({
    delimiter,
    count: first.split(delimiter).length - 1,
  }));
  return counted.reduce((most, next) => (next.count > most.count ? next : most)).delimiter;
}
