export type MinimiseOptions = {
  /** Largest absolute entry of the gradient at which the search ends. */
  readonly gradientTolerance: number;
  readonly maximumIterations: number;
  /** Of a gradient, to be compared with the tolerance. Its largest absolute entry unless given. */
  readonly normOf?: (gradient: Float64Array) => number;
};

export type Minimum = {
  readonly parameters: Float64Array;
  readonly objective: number;
  readonly gradientNorm: number;
  readonly iterations: number;
  readonly converged: boolean;
};

export function maximumNorm(vector: Float64Array): number {
  let norm = 0;
  for (const entry of vector) norm = Math.max(norm, Math.abs(entry));
  return norm;
}

export function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
  return sum;
}

/** `result = origin + step · direction` */
export function moveAlong(
  origin: Float64Array,
  direction: Float64Array,
  step: number,
  result: Float64Array,
): void {
  for (let i = 0; i < origin.length; i++) result[i] = origin[i]! + step * direction[i]!;
}
