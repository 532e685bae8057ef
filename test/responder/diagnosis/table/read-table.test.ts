import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../../../src/responder/diagnosis/table/table.ts';
import type {
  LabelledTable,
  TableOptions,
} from '../../../../src/responder/diagnosis/table/table.ts';
import { CrmwatchError } from '../../../../src/std/std.ts';

/** The values of a table in full, by the names of its features. */
function rowsOf({ features, matrix }: LabelledTable): readonly Record<string, number>[] {
  return Array.from({ length: matrix.rows }, (_, row) => {
    const full: Record<string, number> = Object.fromEntries(features.map((name) => [name, 0]));
    for (let at = matrix.offsets[row]!; at < matrix.offsets[row + 1]!; at++) {
      full[features[matrix.indices[at]!]!] = matrix.values[at]!;
    }
    return full;
  });
}

function labelsOf({ classes, labels }: LabelledTable): readonly (string | undefined)[] {
  return Array.from(labels, (label) => classes[label]);
}

function refusal(text: string, options: TableOptions = {}, place = 'data.csv'): CrmwatchError {
  try {
    readTable(text, place, options);
  } catch (error) {
    if (error instanceof CrmwatchError) return error;
    throw error;
  }
  throw new Error('the table was accepted');
}

describe('a table of delimited values', () => {
  it('has a feature for each column of numbers, for each text, and for gaps', () => {
    const text = 'height,colour,class\n1.5,red,a\n,"dark blue",b\n-2e3,red,a\n';
    const table = readTable(text, 'data.csv');
    expect(rowsOf(table)).toEqual([
      { 'height:missing': 0, height: 1.5, 'colour=dark blue': 0, 'colour=red': 1 },
      { 'height:missing': 1, height: 0, 'colour=dark blue': 1, 'colour=red': 0 },
      { 'height:missing': 0, height: -2000, 'colour=dark blue': 0, 'colour=red': 1 },
    ]);
    expect(labelsOf(table)).toEqual(['a', 'b', 'a']);
  });

  it('numbers columns of one name', () => {
    const { features, columns } = readTable('a,a,a.2,a,y\n1,2,3,4,x\n5,6,7,8,z\n', 'data.csv');
    expect(columns).toEqual(['a', 'a.3', 'a.2', 'a.4']);
    expect(features).toEqual(columns);
  });

  it.each([
    ['commas', ','],
    ['tabs', '\t'],
    ['semicolons', ';'],
    ['bars', '|'],
  ])('is found to be parted by %s', (_, delimiter) => {
    const lines = [
      ['a', 'b', 'label'],
      ['1', '2', 'x'],
      ['3', '4', 'y'],
    ];
    const text = lines.map((cells) => cells.join(delimiter)).join('\r\n');
    const table = readTable(text, 'data.txt');
    expect(rowsOf(table)).toEqual([
      { a: 1, b: 2 },
      { a: 3, b: 4 },
    ]);
  });

  it('without a header calls its columns by their number', () => {
    const table = readTable('1,2,0\n3,4,1\n', 'data.csv', { label: 'column_3' });
    expect(table.features).toEqual(['column_1', 'column_2']);
    expect(table.classes).toEqual(['0', '1']);
  });

  it('takes its classes from another file, with or without a header of that', () => {
    for (const labels of ['x\ny\n', 'fault\nx\ny\n']) {
      const options = { labels: { text: labels, place: 'labels.txt' } };
      expect(labelsOf(readTable('a\tb\n1\t2\n3\t4\n', 'data.tsv', options))).toEqual(['x', 'y']);
    }
  });

  it('sorts classes that are numbers by their size', () => {
    const text = 'a,y\n1,10\n2,9\n3,1\n';
    expect(readTable(text, 'data.csv').classes).toEqual(['1', '9', '10']);
  });

  it('keeps equal rows together, and the groups that have one in common', () => {
    const text = 'a,y,g\n1,x,one\n1,z,two\n2,x,two\n3,x,three\n';
    expect(readTable(text, 'data.csv', { ignore: ['g'] }).groups).toEqual([
      expect.any(String),
      readTable(text, 'data.csv', { ignore: ['g'] }).groups[0],
      expect.any(String),
      expect.any(String),
    ]);
    const { groups } = readTable(text, 'data.csv', { group: 'g' });
    expect(groups[0]).toBe(groups[1]);
    expect(groups[1]).toBe(groups[2]);
    expect(groups[3]).not.toBe(groups[0]);
  });

  it('has times as numbers or as dates', () => {
    const text = 'a,y,at\n1,x,2026-11-28T00:00:00Z\n2,z,1000\n';
    const { times } = readTable(text, 'data.csv', { time: 'at' });
    expect([...(times ?? [])]).toEqual([Date.UTC(2026, 10, 28), 1000]);
  });

  it.each([
    ['a ragged row', 'a,b,y\n1,2,x\n1,2\n', {}, /data\.csv:3: the row has 2 columns.*has 3/],
    ['a number that is none', 'a,y\n1,x\nNaN,z\n', {}, /data\.csv:3: column "a" is NaN/],
    ['an infinity', 'a,y\n-inf,x\n1,z\n', {}, /data\.csv:2: column "a" is -inf/],
    ['a number too large', 'a,y\n1e999,x\n1,z\n', {}, /data\.csv:2: column "a" is 1e999/],
    ['a row without a class', 'a,y\n1,x\n2,\n', {}, /data\.csv:3: the row has no class/],
    ['no column with the class', 'a,b\n1,2\n', {}, /no column label, class, target, y/],
    ['a column that is not there', 'a,y\n1,x\n', { group: 'g' }, /no column "g"/],
    ['two columns of classes', 'a,y,y\n1,x,x\n', {}, /two columns are called "y"/],
    ['an open quote', 'a,y\n"1,x\n2,z\n', {}, /Quote/],
    ['nothing', '', {}, /data\.csv is empty/],
    ['a header alone', 'a,y\n', {}, /data\.csv has no rows/],
    ['a time that is none', 'a,y,t\n1,x,soon\n', { time: 't' }, /data\.csv:2: column "t"/],
    [
      'labels of another number',
      'a,b\n1,2\n',
      { labels: { text: 'x\ny\nz\n', place: 'labels.txt' } },
      /labels\.txt has 3 labels, but data\.csv has 1 rows/,
    ],
  ])('with %s is refused with the place and the remedy', (_, text, options, message) => {
    const error = refusal(text, options);
    expect(error.message).toMatch(message);
    expect(error.remedy).not.toBe('');
  });

  it('with a column of names is refused, since they are no kinds', () => {
    const lines = Array.from({ length: 1002 }, (_, index) => `run-${index},x`);
    const error = refusal(`name,y\n${lines.join('\n')}\n`);
    expect(error.message).toMatch(/data\.csv:2: column "name" holds 1002 different texts/);
    expect(error.remedy).toMatch(/--ignore name/);
  });
});

describe('a table in the format of SVMlight', () => {
  it('has a feature for each index', () => {
    const text = '+1 qid:7 1:0.5 3:2 # remark\n-1 2:1e3\n\n';
    const table = readTable(text, 'data.svm');
    expect(labelsOf(table)).toEqual(['+1', '-1']);
    expect(rowsOf(table)).toEqual([
      { '0': 0, '1': 0.5, '2': 0, '3': 2 },
      { '0': 0, '1': 0, '2': 1000, '3': 0 },
    ]);
    expect(new Set(table.groups).size).toBe(2);
  });

  it.each([
    ['a pair without a number', '1 1:x\n', /data\.svm:1: "1:x" is no pair/],
    ['a number that is none', '1 1:1\n2 1:nan\n', /data\.svm:2: "1:nan" is no pair/],
    ['an index twice', '1 1:1 1:2\n', /data\.svm:1: the index 1 occurs twice/],
    ['an index out of bounds', '1 99999999:1\n', /data\.svm:1: the index 99999999/],
  ])('with %s is refused with its line', (_, text, message) => {
    expect(refusal(text, {}, 'data.svm').message).toMatch(message);
  });
});

it('no text makes a table with numbers that are none', () => {
  const cell = fc.oneof(
    fc.constantFrom('', 'NaN', 'inf', '-', '1e400', '"', '"a,b"', '1', '-2.5', 'x', ' '),
    fc.string({ maxLength: 4 }),
  );
  const row = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => cells.join(','));
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      const text = ['a,b,y', ...rows].join('\n');
      try {
        const { matrix, labels, classes } = readTable(text, 'data.csv');
        expect(matrix.values.every(Number.isFinite)).toBe(true);
        expect(labels.every((label) => classes[label] !== undefined)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(CrmwatchError);
      }
    }),
  );
});
