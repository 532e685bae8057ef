import type { Outcome } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { Knowable } from '../../../std/std.ts';
import { succeed } from '../web/outcomes.ts';

/** A time of Salesforce, such as 2026-01-05T09:00:00.000+0000, in milliseconds since the epoch; undefined when it is none. */
export function toTimeMs(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]+([+-]\d{4}|Z)$/.test(value)) {
    return undefined;
  }
  const timeMs = Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

/** From when to when something is counted, in milliseconds since the epoch. */
export type Window = { readonly sinceMs: number; readonly nowMs: number };

/** A question is asked a little after its window was made; of so much nothing can be lost that would matter. */
const LATE_MS = 60_000;

/** Whether a window begins before what is kept for some days, so that a count of it would be one of a part. */
export function isBeyondKept({ sinceMs, nowMs }: Window, days: number): boolean {
  return nowMs - sinceMs > days * 86_400_000 + LATE_MS;
}

/** One right more than the other facts need: without it they are told all the same. */
export function orNotPermitted(count: Outcome<number>, detail: string): Outcome<Knowable<number>> {
  if (count.ok) return succeed(known(count.value));
  return count.failure.reason === 'authorization'
    ? succeed(unknown('not_permitted', detail))
    : count;
}
