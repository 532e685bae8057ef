/** Seconds since a time. What a clock that runs ahead calls the future is as young as can be, and never younger than that. */
export function ageSecondsOf(atMs: number, nowMs: number): number {
  return Math.max(0, nowMs - atMs) / 1000;
}
