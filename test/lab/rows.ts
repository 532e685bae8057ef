import { appendFileSync, readFileSync, truncateSync } from 'node:fs';

import type { DiagnosisClass } from '../../src/catalog/catalog.ts';
import type { Evidence } from '../../src/responder/evidence/evidence.ts';
import { errorMessage } from '../../src/std/std.ts';

/** One row of training data: what was really broken, and what was seen of it. */
export type RecordedRow = {
  /** One class, or two at once. */
  readonly labels: readonly DiagnosisClass[];
  /** Rows of one break belong together: they never stand on both sides of a split. */
  readonly group: string;
  readonly split: 'train' | 'held-out';
  readonly evidence: Evidence;
};

/** More digits carry no knowledge and fill the file. */
const SIGNIFICANT_DIGITS = 6;

function shorten(_key: string, value: unknown): unknown {
  // What is not said is not known: the decoder of evidence puts null in its place.
  if (value === null) return undefined;
  return typeof value === 'number' && !Number.isInteger(value)
    ? Number(value.toPrecision(SIGNIFICANT_DIGITS))
    : value;
}

/** The line of a row, without its end. */
export function encodeRow(row: RecordedRow): string {
  return JSON.stringify(row, shorten);
}

/** The whole rows of a file; what follows the last end of a line was being written when a recording was ended. */
export function readRows(text: string, place: string): readonly RecordedRow[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .flatMap((line, index) => (line === '' ? [] : [readRow(line, `${place}:${index + 1}`)]));
}

function readRow(line: string, place: string): RecordedRow {
  try {
    return JSON.parse(line) as RecordedRow;
  } catch (error) {
    throw new Error(`${place} is no recorded row: ${errorMessage(error)}`, { cause: error });
  }
}

export type RowFile = {
  /** Groups that were recorded wholly. */
  readonly groups: ReadonlySet<string>;
  /** All rows of one group at once. */
  append(rows: readonly RecordedRow[]): void;
};

/** Opens a file to go on with it: half a line at its end is cut off. Throws when nothing can be written there. */
export function openRowFile(path: string): RowFile {
  appendFileSync(path, '');
  const text = readFileSync(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) {
    truncateSync(path, Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
  }
  const groups = new Set(readRows(text, path).map(({ group }) => group));
  return {
    groups,
    append(rows) {
      appendFileSync(path, rows.map((row) => `${encodeRow(row)}\n`).join(''));
      for (const { group } of rows) groups.add(group);
    },
  };
}
