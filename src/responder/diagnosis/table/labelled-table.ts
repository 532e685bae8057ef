import type { Dictionary } from '../features/features.ts';
import type { SparseMatrix } from '../logistic/logistic.ts';

/** Rows of named numbers, each with its class: what a classifier is trained on and held to. */
export type LabelledTable = {
  /** Of the columns of `matrix`. */
  readonly features: readonly string[];
  /** Names of the columns that the features were made of; none where they are not made of columns. */
  readonly columns: readonly string[];
  readonly matrix: SparseMatrix;
  /** Spreads of columns below this are noise, by what their unit is; 0 where that is not known. */
  readonly smallestScale: number;
  /** Index of each row's class. */
  readonly labels: Int32Array;
  /** Indices of further classes of each row, where several hold at once; null when no row has any. */
  readonly coinciding: readonly (readonly number[])[] | null;
  /** Sorted by name. */
  readonly classes: readonly string[];
  /** One per row: rows with the same one never stand on both sides of a split. */
  readonly groups: readonly string[];
  /** Columns that are out of the ordinary in each row, where others are not; null when every value that is there counts. */
  readonly facts: readonly ReadonlySet<number>[] | null;
  /** What names of features mean that are numbers of buckets; none where names speak for themselves. */
  readonly dictionary: Dictionary;
  /** One per row, rising with time, when the table has a column for it. */
  readonly times: Float64Array | null;
};

/** Rows of one class alone. */
export function singleRows(
  { coinciding }: Pick<LabelledTable, 'coinciding'>,
  rows: readonly number[],
): readonly number[] {
  return coinciding === null ? rows : rows.filter((row) => coinciding[row]!.length === 0);
}

/** Whether a row is of a class, alone or with others. */
export function hasClass(
  { labels, coinciding }: Pick<LabelledTable, 'labels' | 'coinciding'>,
  row: number,
  index: number,
): boolean {
  return labels[row] === index || (coinciding?.[row]?.includes(index) ?? false);
}

export type TableFormat = 'delimited' | 'svmlight';

export type TableOptions = {
  /** By the end of the file's name unless given: .svm, .svmlight and .libsvm, all others are delimited. */
  readonly format?: TableFormat;
  /** Found in the first line unless given. */
  readonly delimiter?: string;
  /** Column with the class. Unless given, the one called label, class, target or y. */
  readonly label?: string;
  /** The classes, one per line, when they are in a file of their own. */
  readonly labels?: { readonly text: string; readonly place: string };
  /** Column that says which rows belong together. Equal rows always do. */
  readonly group?: string;
  /** Column that puts the rows in the order of time: numbers, or dates as ISO 8601 has them. */
  readonly time?: string;
  /** Columns that are no features. */
  readonly ignore?: readonly string[];
};
