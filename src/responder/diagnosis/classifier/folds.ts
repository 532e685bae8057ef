import { sha256Hex } from '../../../std/std.ts';

export type Grouped = {
  /** Class of each row. */
  readonly labels: ArrayLike<number>;
  readonly groups: readonly string[];
};

type Group = { readonly label: number; readonly rows: readonly number[]; readonly order: string };

/**
 * Deals groups out to folds, so that every fold gets about the same share of each class: the largest groups first, each
 * to the fold that has the fewest rows of its class. Groups are never divided. Deterministic by the seed.
 * @returns the fold of each row, 0 to `count` − 1.
 */
export function groupFolds(rows: Grouped, count: number, seed: number = 0): Int32Array {
  const folds = new Int32Array(rows.labels.length);
  const sizes = new Float64Array(count);
  const ofClass = new Map<number, Float64Array>();
  for (const group of sortedGroups(rows, seed)) {
    const own = ofClass.get(group.label) ?? new Float64Array(count);
    ofClass.set(group.label, own);
    let fold = 0;
    for (let other = 1; other < count; other++) {
      const difference = own[other]! - own[fold]! || sizes[other]! - sizes[fold]!;
      if (difference < 0) fold = other;
    }
    own[fold]! += group.rows.length;
    sizes[fold]! += group.rows.length;
    for (const row of group.rows) folds[row] = fold;
  }
  return folds;
}

function sortedGroups({ labels, groups }: Grouped, seed: number): readonly Group[] {
  const rowsOf = Map.groupBy(groups.keys(), (row) => groups[row] ?? '');
  const all = [...rowsOf].map(([name, rows]): Group => {
    return { rows, label: commonest(rows, labels), order: sha256Hex(`${seed} ${name}`) };
  });
  return all.toSorted((a, b) => b.rows.length - a.rows.length || (a.order < b.order ? -1 : 1));
}

function commonest(rows: readonly number[], labels: ArrayLike<number>): number {
  const counts = Map.groupBy(rows, (row) => labels[row]!);
  return [...counts].toSorted(([a, x], [b, y]) => y.length - x.length || a - b)[0]![0];
}

export type Split = { readonly train: readonly number[]; readonly test: readonly number[] };

export function splitsOf(folds: Int32Array, count: number): readonly Split[] {
  const rows = [...folds.keys()];
  return Array.from({ length: count }, (_, fold) => ({
    train: rows.filter((row) => folds[row] !== fold),
    test: rows.filter((row) => folds[row] === fold),
  }));
}

/** Whether the rows are of two classes at least. */
export function canLearnFrom(
  { labels }: Pick<Grouped, 'labels'>,
  rows: readonly number[],
): boolean {
  return rows.some((row) => labels[row] !== labels[rows[0]!]);
}

/** Splits of some rows of a table, by group. None when a fold would leave fewer than two classes to learn from. */
export function innerSplits(
  table: Grouped,
  rows: readonly number[],
  folds: number,
): readonly Split[] {
  const groups = rows.map((row) => table.groups[row]!);
  const count = Math.min(folds, new Set(groups).size);
  if (count < 2) return [];
  const labels = rows.map((row) => table.labels[row]!);
  const splits = splitsOf(groupFolds({ labels, groups }, count), count).map(({ train, test }) => ({
    train: train.map((index) => rows[index]!),
    test: test.map((index) => rows[index]!),
  }));
  return splits.every(({ train }) => canLearnFrom(table, train)) ? splits : [];
}

/**
 * Splits in the order of time: each of `count` later parts is predicted from all that came before it. Rows before it
 * whose group also stands in it are left out of the training.
 */
export function timeSplits(
  times: ArrayLike<number>,
  groups: readonly string[],
  count: number,
): readonly Split[] {
  const order = [...groups.keys()].toSorted((a, b) => times[a]! - times[b]! || a - b);
  const size = order.length / (count + 1);
  return Array.from({ length: count }, (_, index) => {
    const from = Math.round((index + 1) * size);
    const test = order.slice(from, Math.round((index + 2) * size));
    const tested = new Set(test.map((row) => groups[row]));
    return { train: order.slice(0, from).filter((row) => !tested.has(groups[row])), test };
  });
}
