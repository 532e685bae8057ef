import type { MetricDefinition } from '../../catalog/catalog.ts';

/**
 * Label names, each with its value behind it, in the order they are written: `['target', 'crm', 'probe', 'login']`. A list of
 * pairs would take three times the memory, and there is one for every series.
 */
export type LabelPairs = readonly string[];

/** Calls back with each name and its value. */
export function forEachLabel(
  labels: LabelPairs,
  visit: (name: string, value: string) => void,
): void {
  for (let index = 0; index < labels.length; index += 2) {
    visit(labels[index] ?? '', labels[index + 1] ?? '');
  }
}

/** What is said of all series of one name. */
export type FamilyHeader = Pick<MetricDefinition, 'kind' | 'help'> & { readonly name: string };

/** A pointer from a number to the run that made it. */
export type Exemplar = {
  readonly labels: LabelPairs;
  readonly value: number;
  readonly timestampMs: number;
};

/** Buckets of equal width on a logarithmic scale; see native-histogram.ts. */
export type NativeBuckets = {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  /** Runs of neighbouring buckets: gap to the previous run (to index 0 for the first), and length. */
  readonly spans: readonly { readonly offset: number; readonly length: number }[];
  /** Observations of each bucket of the spans. */
  readonly counts: readonly number[];
};

export type HistogramValue = {
  readonly count: number;
  readonly sum: number;
  /** Upper bounds with the observations up to them, without the one at infinity, which is `count`. */
  readonly classic: readonly { readonly upperBound: number; readonly count: number }[];
  readonly native?: NativeBuckets;
  readonly exemplars?: readonly Exemplar[];
};

/**
 * One series with its value. `prefixes` keeps what each way of writing names made of its name and labels, for as long
 * as the series exists: most of the work of a line is there.
 */
export type Point = {
  readonly labels: LabelPairs;
  readonly value: number | HistogramValue;
  readonly exemplar?: Exemplar;
  readonly prefixes: Prefixes;
};

export type Prefixes = {
  plain?: string | undefined;
  encodedLabels?: Uint8Array | undefined;
};

/** A format in which a page can be written. A page is, for each family, its head and then the chunks of its points. */
export type Format = {
  /** Tells it from every other, as a key of caches. */
  readonly id: string;
  readonly contentType: string;
  /** What stands before the points of a family, which take `chunkBytes` in all. */
  head(family: FamilyHeader, chunkBytes: number): Uint8Array;
  /** The points of one source, whole lines or messages: chunks of one family can be put together in any number. */
  chunk(family: FamilyHeader, points: readonly Point[]): Uint8Array;
  /** What ends a page; empty when nothing does. */
  readonly end: Uint8Array;
};
