import { dictionaryOf, extractFeatures } from '../features/features.ts';
import { sparseFromEntries } from '../logistic/logistic.ts';
import { refuseTable } from '../table/table.ts';
import type { LabelledTable } from '../table/table.ts';
import type { Episode } from './episode.ts';

/** Features are logarithms, shares and flags: a smaller spread means that few rows differ, or that all do but by noise. */
const SMALLEST_SCALE = 0.1;

/**
 * The features of recorded episodes as a table, with the groups that they were recorded in. Those that are held out stay
 * out, so that nothing can learn from them.
 * @throws CrmwatchError training_data_invalid when all are held out.
 */
export function tableOfEpisodes(all: readonly Episode[]): LabelledTable {
  const episodes = all.filter(({ split }) => split === 'train');
  if (episodes.length === 0) {
    refuseTable('all episodes are held out', 'give episodes that may be learnt from as well');
  }
  const extracted = episodes.map(({ evidence }) => extractFeatures(evidence));
  const features = [...new Set(extracted.flatMap((one) => [...one.keys()]))];
  const columnOf = new Map(features.map((name, column) => [name, column]));
  const entries = extracted.map((one) =>
    [...one.values()].flatMap(({ name, value }) =>
      value === 0 ? [] : [{ column: columnOf.get(name)!, value }],
    ),
  );
  const classes = [
    ...new Set(episodes.flatMap(({ label, coinciding }) => [label, ...coinciding])),
  ].toSorted();
  const groups = episodes.map(({ group }) => group);
  const further = episodes.map(({ coinciding }) => coinciding.map((name) => classes.indexOf(name)));
  return {
    features,
    columns: [],
    matrix: sparseFromEntries(entries, features.length),
    smallestScale: SMALLEST_SCALE,
    labels: Int32Array.from(episodes, ({ label }) => classes.indexOf(label)),
    coinciding: further.some((names) => names.length > 0) ? further : null,
    classes,
    groups,
    dictionary: dictionaryOf(extracted, groups),
    facts: extracted.map(
      (one) =>
        new Set(
          [...one.values()].flatMap(({ name, subject }) =>
            subject.abnormal ? [columnOf.get(name)!] : [],
          ),
        ),
    ),
    times: null,
  };
}
