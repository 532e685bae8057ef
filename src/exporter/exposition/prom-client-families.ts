import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { FamilyChunks } from './chunk-store.ts';
import type { HistogramValue, LabelPairs, Point } from './renderer.ts';

type Recorded = MetricObjectWithValues<MetricValue<string>>;
/** What prom-client adds to the values of a histogram; its types leave it out. */
type NamedValue = MetricValue<string> & { readonly metricName?: string };

const KINDS = ['counter', 'gauge', 'histogram'] as const;

function pairsOf(labels: MetricValue<string>['labels'], without?: string): LabelPairs {
  return Object.entries(labels).flatMap(([name, value]) =>
    name === without || value === undefined || value === '' ? [] : [name, String(value)],
  );
}

function numberPoint({ labels, value }: NamedValue): Point {
  return { labels: pairsOf(labels), value, prefixes: {} };
}

type Parts = {
  readonly labels: LabelPairs;
  readonly classic: { upperBound: number; count: number }[];
  count: number;
  sum: number;
};

/** prom-client keeps a histogram as its lines; they are put together again. */
function histogramPoints(name: string, values: readonly NamedValue[]): readonly Point[] {
  const bySeries = new Map<string, Parts>();
  for (const { metricName, labels, value } of values) {
    const pairs = pairsOf(labels, 'le');
    const key = JSON.stringify(pairs);
    const parts = bySeries.get(key) ?? { labels: pairs, classic: [], count: 0, sum: 0 };
    bySeries.set(key, parts);
    if (metricName === `${name}_sum`) parts.sum = value;
    else if (metricName === `${name}_count`) parts.count = value;
    else if (labels['le'] !== '+Inf') {
      parts.classic.push({ upperBound: Number(labels['le']), count: value });
    }
  }
  return [...bySeries.values()].map(({ labels, classic, count, sum }): Point => {
    const whole: HistogramValue = { count, sum, classic };
    return { labels, value: whole, prefixes: {} };
  });
}

/** A metric of prom-client as a family like any other; undefined for a kind that crmwatch does not use. */
export function recordedToFamily(recorded: Recorded): FamilyChunks | undefined {
  const { name, help, values } = recorded;
  // Its types call this an enumeration; what is there is the word.
  const word = String(recorded.type);
  const kind = KINDS.find((candidate) => candidate === word);
  if (kind === undefined) return undefined;
  const points = kind === 'histogram' ? histogramPoints(name, values) : values.map(numberPoint);
  if (points.length === 0) return undefined;
  return { header: { name, kind, help }, chunks: [{ points, written: {} }] };
}
