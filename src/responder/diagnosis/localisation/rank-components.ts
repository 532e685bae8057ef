import { scoreSeries } from './score-series.ts';
import type { SeriesScore } from './score-series.ts';
import type { CallGraph, MetricSeries } from './series.ts';

export type ComponentSuspect = {
  readonly component: string;
  /** That of its most deviating series. */
  readonly score: number;
  /** Its series, the most deviating first. */
  readonly signals: readonly SeriesScore[];
  /** The caller that it was put before, since what is called explains its callers and not the other way round. */
  readonly movedBefore?: string;
};

/** A component with less of a deviation than this share of its caller's does not explain it. */
const EXPLAINING_SHARE = 0.5;
/** Smaller deviations are noise. */
const SUSPICIOUS_DEVIATIONS = 3;

/**
 * Ranks components by their most deviating series; of equal ones that whose trouble began first. Then callees come
 * before their callers where both deviate. Series that are constant are left out, and of equal series all but the
 * first of a component.
 */
export function rankComponents(
  series: readonly MetricSeries[],
  onsetMs: number,
  graph: CallGraph = new Map(),
): readonly ComponentSuspect[] {
  const scores = withoutCopies(series).flatMap((one) => scoreSeries(one, onsetMs) ?? []);
  const suspects = [...Map.groupBy(scores, ({ component }) => component)].map(
    ([component, own]): ComponentSuspect => {
      const signals = own.toSorted(byScore);
      return { component, score: signals[0]!.score, signals };
    },
  );
  const ranked = suspects.toSorted((a, b) => byScore(a.signals[0]!, b.signals[0]!));
  return calleesFirst(ranked, graph);
}

function byScore(a: SeriesScore, b: SeriesScore): number {
  const names = `${a.component} ${a.metric}` < `${b.component} ${b.metric}` ? -1 : 1;
  return b.score - a.score || a.sinceMs - b.sinceMs || names;
}

/** Exporters often tell one thing under several names. */
function withoutCopies(series: readonly MetricSeries[]): readonly MetricSeries[] {
  const seen = new Map<string, MetricSeries[]>();
  return series.filter((one) => {
    const { component, values } = one;
    const key = `${component} ${values.length} ${values[0]} ${values.at(-1)}`;
    const alike = seen.get(key) ?? [];
    if (alike.some((other) => isEqual(other.values, values))) return false;
    seen.set(key, [...alike, one]);
    return true;
  });
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  return a.every((value, at) => Object.is(value, b[at]));
}

/** From the first to the last: each takes in front of it what it calls, and what that calls in turn. */
function calleesFirst(
  ranked: readonly ComponentSuspect[],
  graph: CallGraph,
): readonly ComponentSuspect[] {
  const byName = new Map(ranked.map((suspect) => [suspect.component, suspect]));
  const placed = new Map<string, ComponentSuspect>();
  const visiting = new Set<string>();
  function place(suspect: ComponentSuspect, caller: ComponentSuspect | undefined): void {
    const { component } = suspect;
    if (placed.has(component) || visiting.has(component)) return;
    visiting.add(component);
    const called = (graph.get(component) ?? []).flatMap((name) => byName.get(name) ?? []);
    for (const callee of called.toSorted((a, b) => b.score - a.score)) {
      if (explains(callee, suspect)) place(callee, suspect);
    }
    visiting.delete(component);
    placed.set(
      component,
      caller === undefined ? suspect : { ...suspect, movedBefore: caller.component },
    );
  }
  for (const suspect of ranked) place(suspect, undefined);
  return [...placed.values()];
}

function explains(callee: ComponentSuspect, caller: ComponentSuspect): boolean {
  return callee.score >= SUSPICIOUS_DEVIATIONS && callee.score >= EXPLAINING_SHARE * caller.score;
}
