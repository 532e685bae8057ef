import type { SparseEntry, SparseMatrix } from '../logistic/logistic.ts';
import { signedLog } from '../signed-log.ts';

/**
 * What a number becomes. `plain`: itself. `log`: sign(x)·log(1 + |x|). `steps`: the logarithm and, where more than two
 * values occur, a flag for each of some thresholds (a thermometer), by which a linear model can follow any curve.
 */
export type EncodingKind = 'plain' | 'log' | 'steps';
export const ENCODING_KINDS: readonly EncodingKind[] = ['plain', 'log', 'steps'];

export type EncodedColumn = {
  /** Index of the feature that it is made of. */
  readonly feature: number;
  /** `above`: x > threshold, for thresholds of at least 0; `below`: x < threshold, for those under it. */
  readonly form: 'value' | 'log' | 'above' | 'below';
  /** 0 for the forms that have none. */
  readonly threshold: number;
  /** Over the training rows, before it is divided by the scale. */
  readonly mean: number;
  /** Standard deviation over the training rows, with a floor where the table has one; never 0. */
  readonly scale: number;
  /**
   * The smallest and the largest over the training rows, before the scale. Values beyond are taken for these: how a class goes on
   * where nothing was seen is not known, and novelty is for others to tell.
   */
  readonly least: number;
  readonly most: number;
};

/** A table in which each column was made of one feature. Zeros stay zeros, so that sparse rows stay sparse. */
export type Encoding = readonly EncodedColumn[];

const MOST_STEPS = 8;

/**
 * Learns the encoding of the features that vary in these rows.
 * @param smallestScale below which differences are noise.
 */
export function fitEncoding(
  matrix: SparseMatrix,
  kind: EncodingKind,
  smallestScale: number = 0,
): Encoding {
  return valuesByColumn(matrix).flatMap((values, feature): readonly EncodedColumn[] => {
    const distinct = distinctOf(values, matrix.rows);
    if (distinct.length < 2) return [];
    const forms = formsOf(kind, distinct);
    return forms.map((form) => {
      const { scale, ...spread } = spreadOf(values, form, matrix.rows);
      return { feature, ...form, ...spread, scale: Math.max(scale, smallestScale) };
    });
  });
}

type Form = Pick<EncodedColumn, 'form' | 'threshold'>;

function formsOf(kind: EncodingKind, distinct: readonly number[]): readonly Form[] {
  if (kind === 'plain') return [{ form: 'value', threshold: 0 }];
  const logarithm: Form = { form: 'log', threshold: 0 };
  if (kind === 'log' || distinct.length < 3) return [logarithm];
  return [logarithm, ...stepsOf(distinct)];
}

/** A threshold, and the side of it that 0 is not on. */
export type Step = { readonly form: 'above' | 'below'; readonly threshold: number };

/** The steps of every feature; none where it does not vary. */
export function fitSteps(matrix: SparseMatrix): readonly (readonly Step[])[] {
  return valuesByColumn(matrix).map((values) => stepsOf(distinctOf(values, matrix.rows)));
}

export function isPast({ form, threshold }: Step, value: number): boolean {
  return form === 'above' ? value > threshold : value < threshold;
}

/** Between neighbouring values; where there are many, evenly taken over the values that occur. */
function stepsOf(distinct: readonly number[]): readonly Step[] {
  const middles = distinct.slice(1).map((value, index) => (value + distinct[index]!) / 2);
  const count = Math.min(MOST_STEPS, middles.length);
  const taken = Array.from({ length: count }, (_, index) => {
    const at = count === 1 ? 0 : Math.round((index * (middles.length - 1)) / (count - 1));
    return middles[at]!;
  });
  return [...new Set(taken)].map((threshold) => ({
    form: threshold < 0 ? 'below' : 'above',
    threshold,
  }));
}

export function encodeValue({ form, threshold }: Form, value: number): number {
  switch (form) {
    case 'value':
      return value;
    case 'log':
      return signedLog(value);
    default:
      return isPast({ form, threshold }, value) ? 1 : 0;
  }
}

/** The values of each column that are not 0. */
function valuesByColumn({
  columns,
  indices,
  values,
}: SparseMatrix): readonly (readonly number[])[] {
  const found: number[][] = Array.from({ length: columns }, () => []);
  for (const [at, column] of indices.entries()) found[column]!.push(values[at]!);
  return found;
}

function distinctOf(values: readonly number[], rows: number): readonly number[] {
  const all = values.length < rows ? [0, ...values] : values;
  return [...new Set(all)].toSorted((a, b) => a - b);
}

function spreadOf(
  values: readonly number[],
  form: Form,
  rows: number,
): Pick<EncodedColumn, 'mean' | 'scale' | 'least' | 'most'> {
  const isSometimesZero = values.length < rows;
  let [sum, least, most] = [0, isSometimesZero ? 0 : Infinity, isSometimesZero ? 0 : -Infinity];
  for (const value of values) {
    const encoded = encodeValue(form, value);
    sum += encoded;
    least = Math.min(least, encoded);
    most = Math.max(most, encoded);
  }
  const mean = sum / rows;
  let squares = (rows - values.length) * mean ** 2;
  for (const value of values) squares += (encodeValue(form, value) - mean) ** 2;
  return { mean, scale: squares > 0 ? Math.sqrt(squares / rows) : 1, least, most };
}

/** Encodes rows: each value is brought into its range and divided by its scale, and nothing is taken from it. */
export type Encoder = (row: readonly SparseEntry[]) => readonly SparseEntry[];

export function createEncoder(encoding: Encoding): Encoder {
  const columnsOf = Map.groupBy(encoding.keys(), (column) => encoding[column]!.feature);
  return (row) => {
    // Each row of a training and each one that is judged comes by here several times: loops, not lists of lists.
    const encoded: SparseEntry[] = [];
    for (const { column: feature, value } of row) {
      for (const column of columnsOf.get(feature) ?? []) {
        const own = encoding[column]!;
        const within = Math.min(own.most, Math.max(own.least, encodeValue(own, value)));
        if (within !== 0) encoded.push({ column, value: within / own.scale });
      }
    }
    return encoded;
  };
}
