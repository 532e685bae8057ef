/** From a value to a coordinate. */
export type Scale = (value: number) => number;

export type Range = { readonly low: number; readonly high: number };

/** The straight line that takes `domain.low` to `from` and `domain.high` to `to`. */
export function linearScale(domain: Range, from: number, to: number): Scale {
  const span = domain.high - domain.low;
  return (value) => from + ((value - domain.low) / span) * (to - from);
}

export type TickOptions = {
  /** How many are wanted; there are at most two more. */
  readonly count?: number;
  /** Of what is counted there is no half: 1 keeps ticks whole. */
  readonly smallestStep?: number;
};

const DEFAULT_COUNT = 5;
/** Powers of ten that are smaller have no reciprocal among doubles. */
const SMALLEST_WIDTH = 1e-290;
const MANTISSAS: readonly number[] = [1, 2, 5];

/**
 * Round numbers in equal steps of 1, 2 or 5 times a power of ten, the first at or below `low` and the last at or above
 * `high`. After the idea of Heckbert, Nice Numbers for Graph Labels, Graphics Gems, 1990.
 */
export function ticksOf(range: Range, options: TickOptions = {}): readonly number[] {
  const { count = DEFAULT_COUNT, smallestStep = 0 } = options;
  const { low, high } = widen(range);
  const wanted = Math.max((high - low) / Math.max(1, count), smallestStep);
  const { mantissa, exponent } = stepOf(wanted);
  const at = (index: number): number =>
    exponent < 0 ? (index * mantissa) / 10 ** -exponent : index * mantissa * 10 ** exponent;
  let first = Math.floor(low / at(1));
  let last = Math.ceil(high / at(1));
  // The division may round to the wrong side of a whole number.
  while (at(first) > low) first--;
  while (at(first + 1) <= low) first++;
  while (at(last) < high) last++;
  while (at(last - 1) >= high) last--;
  return Array.from({ length: last - first + 1 }, (_, index) => at(first + index));
}

/** The smallest round step that is at least this wide. */
function stepOf(wanted: number): { readonly mantissa: number; readonly exponent: number } {
  const exponent = Math.floor(Math.log10(wanted));
  // What rounding adds to a quotient is no reason for a wider step.
  const ratio = (wanted / 10 ** exponent) * (1 - 1e-12);
  const mantissa = MANTISSAS.find((candidate) => candidate >= ratio);
  return mantissa === undefined ? { mantissa: 1, exponent: exponent + 1 } : { mantissa, exponent };
}

/** A range of no width has no step. */
function widen({ low, high }: Range): Range {
  if (high - low >= SMALLEST_WIDTH) return { low, high };
  return { low, high: low + (Math.abs(low) < SMALLEST_WIDTH ? 1 : Math.abs(low) * 0.1) };
}

/** From the first to the last of them. */
export function rangeOf(ticks: readonly number[]): Range {
  return { low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1 };
}
