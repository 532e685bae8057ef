import { createSeededRandom } from '../../../std/std.ts';
import type { Prediction } from './prediction.ts';

export type Interval = { readonly low: number; readonly high: number };

export type BootstrapOptions = {
  readonly repetitions?: number;
  /** Probability that the interval is to cover. */
  readonly level?: number;
  readonly seed?: number;
};

const DEFAULT_REPETITIONS = 1000;
const DEFAULT_LEVEL = 0.95;

/**
 * Percentile intervals of figures by the bootstrap over groups: each repetition draws as many groups as there are, with
 * replacement, and takes all of their rows, since rows of a group are not independent. Deterministic by its seed.
 * Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapters 8 and 13.
 */
export function bootstrapIntervals<Name extends string>(
  predictions: readonly Prediction[],
  figures: Readonly<Record<Name, (sample: readonly Prediction[]) => number | null>>,
  options: BootstrapOptions = {},
): Readonly<Record<Name, Interval | null>> {
  const { repetitions = DEFAULT_REPETITIONS, level = DEFAULT_LEVEL, seed = 1 } = options;
  const random = createSeededRandom(seed);
  const groups = [...Map.groupBy(predictions, ({ group }) => group).values()];
  const names = Object.keys(figures) as Name[];
  const drawn = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const sample: Prediction[] = [];
    for (let draw = 0; draw < groups.length; draw++) {
      sample.push(...groups[Math.floor(random.next() * groups.length)]!);
    }
    for (const name of names) {
      const value = figures[name](sample);
      if (value !== null && Number.isFinite(value)) drawn.get(name)!.push(value);
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, percentiles(drawn.get(name) ?? [], level)]),
  ) as Record<Name, Interval | null>;
}

export function percentiles(values: readonly number[], level: number): Interval | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const tail = (1 - level) / 2;
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { low: at(tail), high: at(1 - tail) };
}
