import type { CallGraph } from './series.ts';

/** The caller that a suspect was put before, since what is called explains its callers and not the other way round. */
export type Moved = { readonly movedBefore?: string };

/** Smaller deviations are noise. */
export const SUSPICIOUS_DEVIATIONS = 3;
/** A suspect with less of a deviation than this share of its caller's does not explain it. */
const EXPLAINING_SHARE = 0.5;

type Scored = { readonly score: number };

/**
 * Puts what is called before its callers where both deviate, from the first to the last: each takes in front of it what
 * it calls, and what that calls in turn. Circles do no harm.
 * @param nameOf what the graph calls a suspect; different for each.
 */
export function calleesFirst<T extends Scored>(
  ranked: readonly T[],
  graph: CallGraph,
  nameOf: (suspect: T) => string,
): readonly (T & Moved)[] {
  const byName = new Map(ranked.map((suspect) => [nameOf(suspect), suspect]));
  const placed = new Map<string, T & Moved>();
  const visiting = new Set<string>();
  function place(suspect: T, caller: string | undefined): void {
    const name = nameOf(suspect);
    if (placed.has(name) || visiting.has(name)) return;
    visiting.add(name);
    const called = (graph.get(name) ?? []).flatMap((callee) => byName.get(callee) ?? []);
    for (const callee of called.toSorted((a, b) => b.score - a.score)) {
      if (explains(callee, suspect)) place(callee, name);
    }
    visiting.delete(name);
    placed.set(name, caller === undefined ? suspect : { ...suspect, movedBefore: caller });
  }
  for (const suspect of ranked) place(suspect, undefined);
  return [...placed.values()];
}

function explains(callee: Scored, caller: Scored): boolean {
  return callee.score >= SUSPICIOUS_DEVIATIONS && callee.score >= EXPLAINING_SHARE * caller.score;
}
