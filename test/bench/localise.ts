import { rankComponents } from '../../src/responder/diagnosis/diagnosis.ts';
import type { MetricSeries } from '../../src/responder/diagnosis/diagnosis.ts';
import { createSeededRandom } from '../../src/std/std.ts';
import type { Figure } from './main.ts';

const POINTS = 240;
const STEP_MS = 15_000;
const REPETITIONS = 50;

function invent(seriesCount: number): readonly MetricSeries[] {
  const random = createSeededRandom(1);
  return Array.from({ length: seriesCount }, (_, index) => ({
    component: `service-${index % 50}`,
    metric: `metric-${Math.floor(index / 50)}`,
    times: Float64Array.from({ length: POINTS }, (__, at) => at * STEP_MS),
    values: Float64Array.from({ length: POINTS }, () => random.next()),
  }));
}

/** One ranking of 500 series with 240 points each, the last 40 after the onset. */
export function measureLocalisation(): readonly Figure[] {
  const series = invent(500);
  const onsetMs = (POINTS - 40) * STEP_MS;
  const times = Array.from({ length: REPETITIONS }, () => {
    const begin = performance.now();
    rankComponents(series, onsetMs);
    return performance.now() - begin;
  }).toSorted((a, b) => a - b);
  return [
    { name: 'localise: 500 series of 240 points, median', value: times[25] ?? 0, unit: 'ms' },
    { name: 'localise: 500 series of 240 points, slowest', value: times.at(-1) ?? 0, unit: 'ms' },
  ];
}
