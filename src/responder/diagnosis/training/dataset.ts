import type { DiagnosisClass } from '../../../catalog/catalog.ts';
import { sha256Hex } from '../../../std/std.ts';
import { extractFeatures } from '../features/features.ts';
import type { Features } from '../features/features.ts';
import type { TrainingRow } from './training-row.ts';

export type LabelledFeatures = {
  readonly label: DiagnosisClass;
  readonly group: string;
  readonly features: Features;
};

export function labelledFeatures(rows: readonly TrainingRow[]): readonly LabelledFeatures[] {
  return rows.map(({ label, group, evidence }) => ({
    label,
    group,
    features: extractFeatures(evidence),
  }));
}

/** The same rows in the same order give the same hash, whatever file they came from. */
export function hashOf(rows: readonly LabelledFeatures[]): string {
  const lines = rows.map(({ label, group, features }) => {
    const active = [...features.values()].filter((feature) => feature.value !== 0);
    return JSON.stringify([label, group, active.map(({ name, value }) => [name, value])]);
  });
  return sha256Hex(lines.join('\n'));
}

export function groupsOf(rows: readonly LabelledFeatures[]): readonly string[] {
  return [...new Set(rows.map((row) => row.group))].toSorted((a, b) => (a < b ? -1 : 1));
}

export type Split = {
  readonly kept: readonly LabelledFeatures[];
  readonly left: readonly LabelledFeatures[];
};

/**
 * Leaves out one group per fold, or several where there are more groups than folds. A group is never divided,
 * since its rows are alike.
 * @returns nothing when not every fold keeps two classes to learn from.
 */
export function groupSplits(
  rows: readonly LabelledFeatures[],
  maximumFolds: number,
): readonly Split[] {
  const groups = groupsOf(rows);
  const foldCount = Math.min(maximumFolds, groups.length);
  const foldOf = new Map(groups.map((group, index) => [group, index % foldCount]));
  const splits = Array.from({ length: foldCount }, (_, fold) => ({
    kept: rows.filter(({ group }) => foldOf.get(group) !== fold),
    left: rows.filter(({ group }) => foldOf.get(group) === fold),
  }));
  const canLearn = splits.every(({ kept }) => new Set(kept.map((row) => row.label)).size > 1);
  return canLearn ? splits : [];
}
