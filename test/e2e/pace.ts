import { availableParallelism, loadavg } from 'node:os';

const SLOWEST = 4;
/** Runnable tasks for each core with which the times below were found to do. */
const USUAL_CROWD = 2;

/**
 * How many times slower than usual a machine is, from 1 to 4: by the tasks that want to run and the cores there are for
 * them. Prometheus waits for a scrape no longer than its interval, and a scrape that fails ends every alert.
 */
export function slownessOf(load: number, cores: number): number {
  const slowness = Math.round(load / cores / USUAL_CROWD);
  return Math.min(SLOWEST, Math.max(1, slowness));
}

/** Of this machine at the start of the suite, so that all of it keeps one pace: 1 unless it is starved. */
export const SLOWNESS: number = slownessOf(loadavg()[0] ?? 0, availableParallelism());
