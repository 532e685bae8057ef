import { isMasked } from '../alerts/alerts.ts';

export type Labelled = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
};

/**
 * Finds whether one of many alerts agrees with another: the same name, and the same value of every label that both
 * have. External labels and relabelling make what Prometheus and Alertmanager know of an alert differ, so labels that
 * only one of them has are let pass; and so are those that were masked, which no server knows the pseudonym of.
 */
export type LabelIndex = { hasLike(alert: Labelled): boolean };

/** Alerts with the same label names, by what they hold under some of those. */
type Group = {
  readonly names: ReadonlySet<string>;
  readonly alerts: Labelled[];
  readonly valuesByNames: Map<string, ReadonlySet<string>>;
};

/**
 * Alerts of one rule have the same few sets of label names, so a look-up costs one probe for each of those and not
 * one for each alert: a storm of 20,000 alerts is compared with itself in one pass.
 */
export function createLabelIndex(alerts: readonly Labelled[]): LabelIndex {
  const byName = new Map<string, Map<string, Group>>();
  for (const alert of alerts) {
    const names = comparableNames(alert);
    const groups = byName.get(alert.name) ?? new Map<string, Group>();
    byName.set(alert.name, groups);
    const key = JSON.stringify(names);
    const group = groups.get(key) ?? {
      names: new Set(names),
      alerts: [],
      valuesByNames: new Map<string, ReadonlySet<string>>(),
    };
    groups.set(key, group);
    group.alerts.push(alert);
  }
  return {
    hasLike({ name, labels }) {
      const groups = byName.get(name);
      if (groups === undefined) return false;
      const names = comparableNames({ labels });
      return [...groups.values()].some((group) => {
        const common = names.filter((label) => group.names.has(label));
        return valuesOf(group, common).has(pick(labels, common));
      });
    },
  };
}

function comparableNames({ labels }: Pick<Labelled, 'labels'>): readonly string[] {
  return Object.keys(labels)
    .filter((name) => !isMasked(labels[name] ?? ''))
    .toSorted();
}

function valuesOf(group: Group, common: readonly string[]): ReadonlySet<string> {
  const key = JSON.stringify(common);
  const known = group.valuesByNames.get(key);
  if (known !== undefined) return known;
  const values = new Set(group.alerts.map(({ labels }) => pick(labels, common)));
  group.valuesByNames.set(key, values);
  return values;
}

function pick(labels: Labelled['labels'], names: readonly string[]): string {
  return JSON.stringify(names.map((name) => labels[name]));
}
