import type { Report } from '../responder/diagnosis/diagnosis.ts';

export type CoveragePoint = Report['coverage'][number];

/** Shares of the rows that are told of, when only the surest ones are answered. */
const SHARES: readonly number[] = [1, 0.95, 0.9, 0.8, 0.7, 0.5];

/**
 * For each of those shares the fewest answers that cover it; answers of equal probability are given together, so the share
 * may be larger.
 */
export function answeredPoints(coverage: readonly CoveragePoint[]): readonly CoveragePoint[] {
  return SHARES.flatMap((share) => {
    // Shares are sums of whole rows; what rounding takes from them is not a row.
    const point = coverage.find((candidate) => candidate.coverage >= share - 1e-12);
    return point === undefined ? [] : [point];
  });
}
