import type { Features } from './feature.ts';

/** Of hashed features by name: the masked words that they stood for in the training, the commonest first. */
export type Dictionary = Readonly<Record<string, readonly string[]>>;

/** A word of fewer groups may be a name that nothing gave away as one; and it would tell nobody of other incidents. */
const FEWEST_GROUPS = 3;
/** Of words that collide, those that are rare were not what was learnt. */
const MOST_WORDS = 5;

/**
 * What the buckets of hashed words mean, so that a person can read a weight of a model, and that words are not there.
 * @param groups one for each of the features.
 */
export function dictionaryOf(all: readonly Features[], groups: readonly string[]): Dictionary {
  const groupsOf = new Map<string, Map<string, Set<string>>>();
  for (const [index, features] of all.entries()) {
    for (const { name, words = [] } of features.values()) {
      const ofName = groupsOf.get(name) ?? new Map<string, Set<string>>();
      if (words.length > 0) groupsOf.set(name, ofName);
      for (const word of words) {
        const seen = ofName.get(word) ?? new Set();
        ofName.set(word, seen.add(groups[index] ?? ''));
      }
    }
  }
  const entries = [...groupsOf].map(([name, ofName]) => {
    const common = [...ofName].filter(([, seen]) => seen.size >= FEWEST_GROUPS);
    const sorted = common.toSorted(([a, x], [b, y]) => y.size - x.size || (a < b ? -1 : 1));
    return [name, sorted.slice(0, MOST_WORDS).map(([word]) => word)] as const;
  });
  return Object.fromEntries(
    entries.filter(([, words]) => words.length > 0).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}
