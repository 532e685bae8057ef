import { describe, expect, it } from 'vitest';
import { readKnownRows, readTable } from '../../../../src/responder/diagnosis/diagnosis.ts';
import { refusal } from '../../../support/refusal.ts';

const trained = readTable('age,colour,y\n1,red,a\n2,blue,b\n,red,a\n', 'training.csv');

describe('readKnownRows', () => {
  it('finds the columns of the training wherever they stand, and ignores all others', () => {
    const { rows, ignored } = readKnownRows(
      'id,colour,age\nx1,blue,7\nx2,green,\n',
      'data.csv',
      trained,
    );
    expect(ignored).toEqual(['id']);
    expect(rows).toEqual([
      {
        line: 2,
        values: [
          { name: 'age', value: 7 },
          { name: 'colour=blue', value: 1 },
        ],
      },
      {
        line: 3,
        values: [
          { name: 'age:missing', value: 1 },
          { name: 'colour=green', value: 1 },
        ],
      },
    ]);
  });

  it('reads pairs of indices and numbers', () => {
    const pairs = readTable('1 1:2 3:4\n2 2:1\n', 'training.svm');
    const { rows } = readKnownRows('0 3:5\n', 'data.svm', pairs);
    expect(rows).toEqual([{ line: 1, values: [{ name: '3', value: 5 }] }]);
  });

  it.each([
    [
      'a column that is missing',
      'age\n1\n',
      /has no column "colour", which the model was trained on/,
    ],
    [
      'a text where the training had numbers',
      'age,colour\n1,red\nold,red\n',
      /data\.csv:3: column "age" is "old"/,
    ],
    ['an infinity', 'age,colour\ninf,red\n', /data\.csv:2: column "age" is inf/],
    ['a row of another length', 'age,colour\n1\n', /data\.csv:2: the row has 1 columns/],
  ])('refuses %s', (_, text, message) => {
    const error = refusal(() => readKnownRows(text, 'data.csv', trained));
    expect(error.code).toBe('training_data_invalid');
    expect(error.message).toMatch(message);
  });
});
