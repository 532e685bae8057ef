import { searchStrongWolfe } from './line-search.ts';
import type { LinePoint } from './line-search.ts';
import { dot, maximumNorm, moveAlong } from './minimise.ts';
import type { Minimum, MinimiseOptions } from './minimise.ts';
import type { Objective } from './objective.ts';

const HISTORY = 10;

type Correction = {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly inverse: number;
};

/**
 * Limited-memory BFGS with a strong Wolfe line search, from zero.
 * Source: Nocedal and Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5.
 */
export function minimiseByLbfgs(objective: Objective, options: MinimiseOptions): Minimum {
  const { dimension } = objective;
  const { normOf = maximumNorm } = options;
  let parameters = new Float64Array(dimension);
  let gradient = new Float64Array(dimension);
  let value = objective.evaluate(parameters, gradient);
  let history: Correction[] = [];
  let iterations = 0;
  while (iterations < options.maximumIterations && normOf(gradient) > options.gradientTolerance) {
    const found = step(objective, { parameters, gradient, value }, history);
    if (found === undefined) {
      // A spoilt history can give a useless direction; steepest descent gets one chance before giving up.
      if (history.length === 0) break;
      history = [];
      continue;
    }
    const correction = correctionOf(parameters, found.parameters, gradient, found.gradient);
    if (correction !== undefined) history = [...history.slice(1 - HISTORY), correction];
    ({ parameters, gradient, value } = found);
    iterations++;
  }
  const gradientNorm = normOf(gradient);
  return {
    parameters,
    objective: value,
    gradientNorm,
    iterations,
    converged: gradientNorm <= options.gradientTolerance,
  };
}

type Iterate = {
  readonly parameters: Float64Array<ArrayBuffer>;
  readonly gradient: Float64Array<ArrayBuffer>;
  readonly value: number;
};

function step(
  objective: Objective,
  from: Iterate,
  history: readonly Correction[],
): Iterate | undefined {
  const direction = descentDirection(from.gradient, history);
  const slope = dot(from.gradient, direction);
  if (!(slope < 0)) return undefined;
  const initialStep =
    history.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(from.gradient, from.gradient))) : 1;
  function at(distance: number): LinePoint & Iterate {
    const parameters = new Float64Array(objective.dimension);
    const gradient = new Float64Array(objective.dimension);
    moveAlong(from.parameters, direction, distance, parameters);
    const value = objective.evaluate(parameters, gradient);
    return { step: distance, value, slope: dot(gradient, direction), parameters, gradient };
  }
  return searchStrongWolfe(at, { value: from.value, slope, initialStep });
}

/** The two-loop recursion: −H·g with the inverse Hessian H implied by the history. */
function descentDirection(gradient: Float64Array, history: readonly Correction[]): Float64Array {
  const direction = gradient.map((entry) => -entry);
  const projections: number[] = [];
  for (const { step: move, change, inverse } of history.toReversed()) {
    const projection = inverse * dot(move, direction);
    projections.push(projection);
    moveAlong(direction, change, -projection, direction);
  }
  const newest = history.at(-1);
  if (newest !== undefined) {
    const scale = 1 / (newest.inverse * dot(newest.change, newest.change));
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale;
  }
  for (const { step: move, change, inverse } of history) {
    const projection = (projections.pop() ?? 0) - inverse * dot(change, direction);
    moveAlong(direction, move, projection, direction);
  }
  return direction;
}

function correctionOf(
  from: Float64Array,
  to: Float64Array,
  gradientFrom: Float64Array,
  gradientTo: Float64Array,
): Correction | undefined {
  const move = to.map((entry, index) => entry - from[index]!);
  const change = gradientTo.map((entry, index) => entry - gradientFrom[index]!);
  const curvature = dot(move, change);
  // Without positive curvature the update would lose positive definiteness.
  if (!(curvature > Number.EPSILON * dot(change, change))) return undefined;
  return { step: move, change, inverse: 1 / curvature };
}
