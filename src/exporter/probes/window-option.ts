import { decode } from '../../std/std.ts';
import type { Decoder } from '../../std/std.ts';

/** How far back a probe counts what has happened. */
export type WindowOption = { readonly windowMs: number };

/** The option `window` of a probe; `fallback` is how far back it counts when nothing is said. */
export function windowDecoder(what: string, fallback: string): Decoder<WindowOption> {
  return decode.transform(
    decode.object({
      window: decode.withDefault(
        decode.duration({ minimumMs: 1000 }),
        decode.parseDurationMs(fallback) ?? 0,
        `how far back ${what} are counted`,
        fallback,
      ),
    }),
    ({ window }) => ({ windowMs: window }),
  );
}

/** How far back a probe with these options counts: for ever where it counts within no window. */
export function windowMsOf(options: unknown): number {
  const isWindow = typeof options === 'object' && options !== null && 'windowMs' in options;
  return isWindow && typeof options.windowMs === 'number'
    ? options.windowMs
    : Number.POSITIVE_INFINITY;
}
