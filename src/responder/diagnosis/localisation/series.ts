/** What was usual is what was measured from this long before the onset. */
export const BASELINE_MS = 3_600_000;

/** One metric of one component over time. */
export type MetricSeries = {
  readonly component: string;
  readonly metric: string;
  /** Milliseconds, rising. */
  readonly times: Float64Array;
  /** One per time; NaN where nothing was measured. */
  readonly values: Float64Array;
};

/** Which components each component calls. */
export type CallGraph = ReadonlyMap<string, readonly string[]>;
