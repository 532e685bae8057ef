import { sha256Hex } from '../../../std/std.ts';
import { sparseFromEntries } from '../logistic/logistic.ts';
import type { SparseMatrix } from '../logistic/logistic.ts';
import { isNumber } from './cells.ts';
import type { LabelledTable, TableOptions } from './labelled-table.ts';
import { parseDelimited } from './parse-delimited.ts';
import type { RawTable } from './parse-delimited.ts';
import { parseSvmlight } from './parse-svmlight.ts';
import { formatOf } from './format.ts';
import { refuseTable } from './refuse.ts';

/**
 * Decodes a table with a class for every row.
 * @param place the name of its file, for messages.
 * @throws CrmwatchError training_data_invalid, naming line and column.
 */
export function readTable(text: string, place: string, options: TableOptions = {}): LabelledTable {
  const format = options.format ?? formatOf(place);
  const raw =
    format === 'svmlight' ? parseSvmlight(text, place) : parseDelimited(text, place, options);
  if (raw.entries.length === 0) {
    refuseTable(`${place} has no rows`, 'give at least two rows of each class');
  }
  const unlabelled = raw.labels.findIndex((label) => label === '');
  if (unlabelled >= 0) {
    refuseTable(
      `${place}:${raw.lines[unlabelled]}: the row has no class`,
      'leave the row out, or say of which class it is',
    );
  }
  const classes = [...new Set(raw.labels)].toSorted(compareClasses);
  const matrix = sparseFromEntries(raw.entries, raw.features.length);
  const numberOf = new Map(classes.map((name, index) => [name, index]));
  return {
    features: raw.features,
    columns: raw.columns,
    matrix,
    smallestScale: 0,
    labels: Int32Array.from(raw.labels, (label) => numberOf.get(label) ?? 0),
    coinciding: null,
    classes,
    groups: groupsOf(raw, matrix),
    facts: null,
    dictionary: {},
    times: raw.times === null ? null : Float64Array.from(raw.times),
  };
}

/** Numbers by their size, all else by its letters. */
function compareClasses(a: string, b: string): number {
  if (isNumber(a) && isNumber(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : 1;
}

/** Groups that have an equal row in common become one, or a model would be asked for what it was told. */
function groupsOf(raw: RawTable, matrix: SparseMatrix): readonly string[] {
  const { offsets, indices, values } = matrix;
  const contents = raw.labels.map((_, row) => {
    const [from, to] = [offsets[row]!, offsets[row + 1]!];
    const columns = indices.subarray(from, to).join(' ');
    return sha256Hex(`${columns}:${values.subarray(from, to).join(' ')}`).slice(0, 16);
  });
  if (raw.groups === null) return contents;
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  const groupOfContent = new Map<string, string>();
  for (const [row, group] of raw.groups.entries()) {
    const content = contents[row]!;
    const other = groupOfContent.get(content);
    if (other === undefined) groupOfContent.set(content, group);
    else if (rootOf(other) !== rootOf(group)) parents.set(rootOf(group), rootOf(other));
  }
  return raw.groups.map(rootOf);
}
