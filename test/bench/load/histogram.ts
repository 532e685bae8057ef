/** How many of each duration, with buckets a percent apart: its size does not depend on how many there are. */
export type Histogram = {
  add(durationMs: number): void;
  /** The duration that this share of them did not exceed, a percent too long at most; NaN of none. */
  quantile(ratio: number): number;
  readonly count: number;
  readonly maximumMs: number;
};

const STEP = 1.01;
const FIRST_MS = 0.01;
/** Up to three hours. */
const BUCKETS = 2100;

export function createHistogram(): Histogram {
  const counts = new Uint32Array(BUCKETS);
  let count = 0;
  let maximumMs = 0;
  return {
    add(durationMs) {
      const index = Math.ceil(Math.log(Math.max(durationMs, FIRST_MS) / FIRST_MS) / Math.log(STEP));
      const bucket = Math.min(index, BUCKETS - 1);
      counts[bucket] = (counts[bucket] ?? 0) + 1;
      count += 1;
      maximumMs = Math.max(maximumMs, durationMs);
    },
    quantile(ratio) {
      const wanted = Math.max(1, Math.ceil(count * ratio));
      let seen = 0;
      for (const [index, own] of counts.entries()) {
        seen += own;
        if (seen >= wanted) return Math.min(maximumMs, FIRST_MS * STEP ** index);
      }
      return Number.NaN;
    },
    get count() {
      return count;
    },
    get maximumMs() {
      return maximumMs;
    },
  };
}
