import type { Exemplar, HistogramValue, NativeBuckets } from './renderer.ts';

/**
 * A histogram with buckets that grow exponentially: at schema s, bucket i holds values in (base^(i-1), base^i] with
 * base = 2^(2^-s). Source: "Native histograms" of the Prometheus documentation.
 */
export type NativeHistogram = {
  readonly schema: number;
  readonly count: number;
  readonly sum: number;
  readonly zeroCount: number;
  readonly buckets: ReadonlyMap<number, number>;
  readonly exemplars: readonly Exemplar[];
};

const FINEST_SCHEMA = 3;
const COARSEST_SCHEMA = -4;
/** The smallest magnitude that has a bucket; 2^-128, as in the client libraries of Prometheus. */
const ZERO_THRESHOLD = 2 ** -128;
const MOST_BUCKETS = 160;
/** Gaps of up to so many empty buckets are cheaper inside a span than as a new one. */
const BRIDGED_GAP = 2;
const KEPT_EXEMPLARS = 10;

export const EMPTY_HISTOGRAM: NativeHistogram = {
  schema: FINEST_SCHEMA,
  count: 0,
  sum: 0,
  zeroCount: 0,
  buckets: new Map(),
  exemplars: [],
};

function bucketOf(value: number, schema: number): number {
  const index = Math.ceil(Math.log2(value) * 2 ** schema);
  // The logarithm may be off by a rounding error; the bound itself decides.
  return 2 ** ((index - 1) / 2 ** schema) >= value ? index - 1 : index;
}

/** Halves the resolution: two neighbouring buckets become one. */
function coarsen(histogram: NativeHistogram): NativeHistogram {
  const buckets = new Map<number, number>();
  for (const [index, count] of histogram.buckets) {
    const wider = Math.ceil(index / 2);
    buckets.set(wider, (buckets.get(wider) ?? 0) + count);
  }
  return { ...histogram, schema: histogram.schema - 1, buckets };
}

/** The histogram with one more observation, which must be finite and not negative. */
export function observe(
  histogram: NativeHistogram,
  value: number,
  exemplar?: Exemplar,
): NativeHistogram {
  const buckets = new Map(histogram.buckets);
  const isZero = value <= ZERO_THRESHOLD;
  if (!isZero) {
    const index = bucketOf(value, histogram.schema);
    buckets.set(index, (buckets.get(index) ?? 0) + 1);
  }
  let next: NativeHistogram = {
    schema: histogram.schema,
    count: histogram.count + 1,
    sum: histogram.sum + value,
    zeroCount: histogram.zeroCount + (isZero ? 1 : 0),
    buckets,
    exemplars:
      exemplar === undefined
        ? histogram.exemplars
        : [...histogram.exemplars, exemplar].slice(-KEPT_EXEMPLARS),
  };
  while (next.buckets.size > MOST_BUCKETS && next.schema > COARSEST_SCHEMA) next = coarsen(next);
  return next;
}

function spansOf(buckets: ReadonlyMap<number, number>): Pick<NativeBuckets, 'spans' | 'counts'> {
  const spans: { offset: number; length: number }[] = [];
  const counts: number[] = [];
  let nextIndex = 0;
  for (const index of [...buckets.keys()].sort((a, b) => a - b)) {
    const last = spans.at(-1);
    const gap = index - nextIndex;
    if (last !== undefined && gap <= BRIDGED_GAP) {
      last.length += gap + 1;
      for (let empty = 0; empty < gap; empty++) counts.push(0);
    } else {
      spans.push({ offset: gap, length: 1 });
    }
    counts.push(buckets.get(index) ?? 0);
    nextIndex = index + 1;
  }
  return { spans, counts };
}

export function histogramValue(histogram: NativeHistogram): HistogramValue {
  const { count, sum, schema, zeroCount, buckets, exemplars } = histogram;
  return {
    count,
    sum,
    classic: [],
    native: { schema, zeroThreshold: ZERO_THRESHOLD, zeroCount, ...spansOf(buckets) },
    exemplars,
  };
}
