/** The function along the search direction at distance `step`: its value and its derivative by the step. */
export type LinePoint = { readonly step: number; readonly value: number; readonly slope: number };

export type LineStart = {
  readonly value: number;
  readonly slope: number;
  readonly initialStep: number;
};

const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
const MAXIMUM_EVALUATIONS = 50;

/**
 * Finds a step that satisfies the strong Wolfe conditions.
 *
 * Source: Nocedal and Wright, algorithms 3.5 and 3.6, with cubic interpolation. Where the value cannot fall by
 * more than its rounding error, the decrease is judged by the slope instead (the approximate Wolfe condition of
 * Hager and Zhang, 2005), so that a gradient of 1e-8 can be reached.
 * @returns the point, or undefined when no acceptable one was found.
 */
export function searchStrongWolfe<T extends LinePoint>(
  at: (step: number) => T,
  start: LineStart,
): T | undefined {
  const rounding = 16 * Number.EPSILON * Math.abs(start.value);
  const decreases = (point: LinePoint): boolean =>
    point.value <= start.value + SUFFICIENT_DECREASE * point.step * start.slope ||
    (point.value <= start.value + rounding &&
      point.slope <= (2 * SUFFICIENT_DECREASE - 1) * start.slope);
  const isFlat = (point: LinePoint): boolean => Math.abs(point.slope) <= -CURVATURE * start.slope;

  // `low` satisfies the decrease and has the lowest value so far; the answer lies between it and `high`.
  let low: LinePoint = { step: 0, value: start.value, slope: start.slope };
  let high: LinePoint | undefined;
  let step = start.initialStep;
  for (let evaluation = 0; evaluation < MAXIMUM_EVALUATIONS; evaluation++) {
    const point = at(step);
    if (!Number.isFinite(point.value)) {
      high = { step, value: Infinity, slope: Infinity };
    } else if (!decreases(point) || (low.step > 0 && point.value > low.value + rounding)) {
      high = point;
    } else if (isFlat(point)) {
      return point;
    } else if (point.slope * ((high?.step ?? Infinity) - low.step) >= 0) {
      high = low;
      low = point;
    } else {
      low = point;
    }
    if (high === undefined) {
      step *= 2;
      continue;
    }
    if (Math.abs(high.step - low.step) <= Number.EPSILON * Math.abs(low.step)) return undefined;
    step = between(low, high);
  }
  return undefined;
}

/** The minimiser of the cubic through both points, kept a tenth away from either end of the interval. */
function between(low: LinePoint, high: LinePoint): number {
  const width = high.step - low.step;
  const middle = low.step + width / 2;
  if (!Number.isFinite(high.value) || !Number.isFinite(high.slope)) return middle;
  const secant = low.slope + high.slope - (3 * (high.value - low.value)) / width;
  const discriminant = secant * secant - low.slope * high.slope;
  if (!(discriminant >= 0)) return middle;
  const root = Math.sign(width) * Math.sqrt(discriminant);
  const denominator = high.slope - low.slope + 2 * root;
  const share = 1 - (high.slope + root - secant) / denominator;
  if (!Number.isFinite(share)) return middle;
  return low.step + width * Math.min(0.9, Math.max(0.1, share));
}
