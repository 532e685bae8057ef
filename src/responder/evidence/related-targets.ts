import { EVIDENCE_LIMITS } from './evidence-value.ts';

/** What each target depends on, as declared. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** What is behind a dependency's own dependency is rarely the cause, and never the first place to look. */
const MAXIMUM_DEPTH = 2;

/** The targets that one depends on, the direct ones first, at most `EVIDENCE_LIMITS.related`. */
export function relatedTargets(dependencies: Dependencies, target: string): readonly string[] {
  const found = new Set([target]);
  let layer: readonly string[] = [target];
  for (let depth = 0; depth < MAXIMUM_DEPTH; depth++) {
    layer = layer
      .flatMap((name) => dependencies.get(name) ?? [])
      .filter((name, index, all) => !found.has(name) && all.indexOf(name) === index);
    for (const name of layer) found.add(name);
  }
  return [...found].slice(1, EVIDENCE_LIMITS.related + 1);
}
