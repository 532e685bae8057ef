import type { SparseEntry } from '../logistic/logistic.ts';
import { isNumber } from './cells.ts';
import type { RawTable } from './parse-delimited.ts';
import { refuseTable } from './refuse.ts';

const PAIR = /^(\d{1,9}):(\S+)$/;
const QUERY = /^qid:(\S+)$/;
/** Weights of so many columns still fit into memory for some classes. */
const MAXIMUM_COLUMNS = 1_000_000;

type Row = {
  readonly line: number;
  readonly label: string;
  readonly query: string | null;
  readonly entries: readonly SparseEntry[];
};

/**
 * Reads lines of "class [qid:group] index:value … # remark", the format of SVMlight and LIBSVM. Features are called
 * after their index.
 * @throws CrmwatchError training_data_invalid, naming line and index.
 */
export function parseSvmlight(text: string, place: string): RawTable {
  const rows = text.split(/\r?\n/).flatMap((line, index): readonly Row[] => {
    const [content = ''] = line.split('#', 1);
    const words = content.split(/\s+/).filter((word) => word !== '');
    return words.length === 0 ? [] : [parseRow(words, index + 1, place)];
  });
  const columns = rows.reduce(
    (most, { entries }) => entries.reduce((last, { column }) => Math.max(last, column + 1), most),
    0,
  );
  return {
    features: Array.from({ length: columns }, (_, column) => String(column)),
    columns: [],
    entries: rows.map((row) => row.entries),
    labels: rows.map((row) => row.label),
    groups: rows.some((row) => row.query !== null) ? rows.map((row) => row.query ?? '') : null,
    times: null,
    lines: rows.map((row) => row.line),
  };
}

function parseRow(words: readonly string[], line: number, place: string): Row {
  const [label = '', ...others] = words;
  const query = QUERY.exec(others[0] ?? '')?.[1] ?? null;
  const pairs = query === null ? others : others.slice(1);
  const seen = new Set<number>();
  const entries = pairs.flatMap((word): readonly SparseEntry[] => {
    const [, index = '', text = ''] = PAIR.exec(word) ?? [];
    const value = isNumber(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) {
      refuseTable(
        `${place}:${line}: "${word.slice(0, 60)}" is no pair of an index and a finite number`,
        'write each value as index:number, as in 3:0.5, and leave out what is missing',
      );
    }
    const column = Number(index);
    if (column >= MAXIMUM_COLUMNS || seen.has(column)) {
      const why = seen.has(column) ? 'occurs twice' : `is not below ${MAXIMUM_COLUMNS}`;
      refuseTable(`${place}:${line}: the index ${column} ${why}`, 'give every index once');
    }
    seen.add(column);
    return value === 0 ? [] : [{ column, value }];
  });
  return { line, label, query, entries };
}
