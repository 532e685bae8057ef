import { CrmwatchError } from '../../../std/std.ts';
import { isSparse } from './matrix.ts';
import type { Matrix } from './matrix.ts';

export function refuse(message: string, remedy: string): never {
  throw new CrmwatchError('training_data_invalid', message, { remedy });
}

export function checkStrength(strengthC: number): void {
  if (!(strengthC > 0)) refuse(`C is ${strengthC}`, 'give a C above 0');
}

export function checkMatrix(matrix: Matrix): void {
  const { rows, columns, values } = matrix;
  if (rows === 0) refuse('there are no rows to train on', 'give at least one per class');
  if (!isSparse(matrix) && values.length !== rows * columns) {
    refuse(
      `${rows} rows of ${columns} columns need ${rows * columns} values, found ${values.length}`,
      'give one value per row and column',
    );
  }
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const { row, column } = isSparse(matrix)
    ? {
        row: matrix.offsets.findLastIndex((offset) => offset <= at),
        column: matrix.indices[at] ?? 0,
      }
    : { row: Math.floor(at / columns), column: at % columns };
  refuse(
    `row ${row}, column ${column} is ${values[at]}`,
    'leave the row out, or fill the gap with a finite number and a column that says so',
  );
}

export function checkSampleWeights(
  weights: ArrayLike<number> | undefined,
  rows: number,
): Float64Array {
  if (weights === undefined) return new Float64Array(rows).fill(1);
  if (weights.length !== rows) {
    refuse(`${rows} rows have ${weights.length} sample weights`, 'give one weight per row');
  }
  const copy = Float64Array.from(weights);
  const bad = copy.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) refuse(`the weight of row ${bad} is ${copy[bad]}`, 'give weights of at least 0');
  return copy;
}

export function checkLabels(
  labels: ArrayLike<number>,
  sampleWeights: Float64Array,
  classCount: number,
): Int32Array {
  if (classCount < 2) {
    refuse(`there is only ${classCount} class`, 'add rows of at least one other class');
  }
  if (labels.length !== sampleWeights.length) {
    refuse(`${sampleWeights.length} rows have ${labels.length} labels`, 'give one label per row');
  }
  const weightOfClass = new Float64Array(classCount);
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row]!;
    if (!Number.isInteger(label) || label < 0 || label >= classCount) {
      refuse(`row ${row} has the label ${label}`, `give class numbers from 0 to ${classCount - 1}`);
    }
    weightOfClass[label]! += sampleWeights[row]!;
  }
  // Without rows the intercept of a class would run to minus infinity.
  const empty = weightOfClass.indexOf(0);
  if (empty >= 0) refuse(`class ${empty} has no rows`, 'add rows of it, or leave the class out');
  return Int32Array.from(labels);
}
