/** Something that looks wrong now. */
export type Suspect<T> = {
  /** The same while it is the same thing. */
  readonly key: string;
  readonly healing: T;
  /** Waits at least this long before it is believed, in place of the usual time; 0 is at once. */
  readonly minimumMs?: number;
};

/** Since when each thing has looked wrong, at every look, by a clock that never jumps; and whether it was told. */
export type Suspicions = ReadonlyMap<
  string,
  { readonly sinceMs: number; readonly isTold: boolean }
>;

export type Ripening<T> = {
  readonly ripe: readonly T[];
  /** To be kept when what is ripe was told. */
  readonly suspicions: Suspicions;
  /** When the next suspicion may be believed, by the same clock; null when there is none. */
  readonly nextDueAtMs: number | null;
};

/** More are left to the next look. */
const MAXIMUM_RIPE = 20_000;

/**
 * Believes what was seen at two looks at least, `graceMs` apart or more: a delivery may be under way. What was told
 * is not told again while it goes on looking wrong: the incident did not want it, such as one that a person closed.
 */
export function ripen<T>(
  suspects: readonly Suspect<T>[],
  before: Suspicions,
  { nowMs, graceMs }: { readonly nowMs: number; readonly graceMs: number },
): Ripening<T> {
  const ripe: T[] = [];
  const suspicions = new Map<string, { sinceMs: number; isTold: boolean }>();
  let nextDueAtMs: number | null = null;
  for (const { key, healing, minimumMs = graceMs } of suspects) {
    const known = before.get(key);
    const sinceMs = known?.sinceMs ?? nowMs;
    const dueAtMs = sinceMs + minimumMs;
    let isTold = known?.isTold ?? false;
    if (!isTold && nowMs >= dueAtMs && ripe.length < MAXIMUM_RIPE) {
      ripe.push(healing);
      isTold = true;
    }
    if (!isTold) nextDueAtMs = Math.min(nextDueAtMs ?? Infinity, Math.max(dueAtMs, nowMs));
    suspicions.set(key, { sinceMs, isTold });
  }
  return { ripe, suspicions, nextDueAtMs };
}
