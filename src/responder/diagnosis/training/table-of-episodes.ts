import { sparseFromEntries } from '../logistic/logistic.ts';
import type { LabelledTable } from '../table/table.ts';
import { labelledFeatures } from './dataset.ts';
import type { TrainingRow } from './training-row.ts';

/** The features of recorded episodes as a table, with the groups that they were recorded in. */
export function tableOfEpisodes(rows: readonly TrainingRow[]): LabelledTable {
  const labelled = labelledFeatures(rows);
  const features = [...(labelled[0]?.features.keys() ?? [])];
  const columnOf = new Map(features.map((name, column) => [name, column]));
  const entries = labelled.map((row) =>
    [...row.features.values()].flatMap(({ name, value }) => {
      const column = columnOf.get(name);
      return column === undefined || value === 0 ? [] : [{ column, value }];
    }),
  );
  const classes = [...new Set(labelled.map(({ label }) => label))].toSorted();
  return {
    features,
    matrix: sparseFromEntries(entries, features.length),
    labels: Int32Array.from(labelled, ({ label }) => classes.indexOf(label)),
    classes,
    groups: labelled.map(({ group }) => group),
    times: null,
  };
}
