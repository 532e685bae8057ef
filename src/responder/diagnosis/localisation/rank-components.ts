import { calleesFirst } from './callees-first.ts';
import type { Moved } from './callees-first.ts';
import { scoreSeries } from './score-series.ts';
import type { SeriesScore } from './score-series.ts';
import type { CallGraph, MetricSeries } from './series.ts';

export type ComponentSuspect = {
  readonly component: string;
  /** That of its most deviating series. */
  readonly score: number;
  /** Its series, the most deviating first. */
  readonly signals: readonly SeriesScore[];
} & Moved;

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
  return calleesFirst(ranked, graph, ({ component }) => component);
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
