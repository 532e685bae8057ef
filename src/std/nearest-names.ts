/** How many letters may be wrong in a name that was meant. */
const EDITS = 2;

/** Levenshtein's distance: letters that are added, left out or changed. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const current = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? Infinity;
}

/** Names that a word may have been meant as, for "did you mean", the nearest first. */
export function nearestNames(word: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, distance: editDistance(word, name) }))
    .filter(({ distance }) => distance <= EDITS)
    .toSorted((left, right) => left.distance - right.distance)
    .map(({ name }) => name);
}
