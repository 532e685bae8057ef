import type { HttpAnswer } from '../../../http/http.ts';
import { known, unknown } from '../../../std/std.ts';
import type { ApiRemovalFacts } from '../connector.ts';

/** An API that a connector asks. */
export type AskedApi = {
  /** Bounded vocabulary of the platform, such as "json_rpc". */
  readonly api: string;
  /** Milliseconds since the epoch, where the vendor has announced its removal. */
  readonly removedAtMs?: number;
};

/** What answers say of the end of what was asked. */
export type SunsetMemory = {
  note(path: string, answer: HttpAnswer): void;
  /** The earliest end that the last answers speak of, in milliseconds since the epoch. */
  earliestMs(): number | undefined;
};

/** Paths hold identifiers on some platforms, so that there can be any number of them. */
const REMEMBERED_PATHS = 200;

/** A date of HTTP in any of its forms but asctime's (RFC 9110), or a day or a time in UTC of ISO 8601, which some write in its place. */
const DATES = /^(?:[A-Z][A-Za-z]{2,8}, [\w: -]+ GMT|\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?)$/;

/** Date.parse would make a day of "5" too, and take a time without a zone for one of here. */
function sunsetMs(text: string): number | undefined {
  const endMs = DATES.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(endMs) ? undefined : endMs;
}

/** The header Sunset tells when a resource will likely be gone (RFC 8594). The last answer of each path counts. */
export function createSunsetMemory(): SunsetMemory {
  const ends = new Map<string, number>();
  return {
    note(path, answer) {
      ends.delete(path);
      const endMs = sunsetMs(answer.headers['sunset'] ?? '');
      if (endMs === undefined) return;
      ends.set(path, endMs);
      const [oldest] = ends.keys();
      if (ends.size > REMEMBERED_PATHS && oldest !== undefined) ends.delete(oldest);
    },
    earliestMs: () => (ends.size === 0 ? undefined : Math.min(...ends.values())),
  };
}

const NOT_ANNOUNCED = unknown('empty', 'no removal of this API is announced');

/**
 * What is known of the end of each API: what the configuration says, which knows better than all others and alone counts,
 * or else the earlier of what the answers say and of what its vendor has announced.
 */
export function apiRemovals(
  apis: readonly AskedApi[],
  configuredMs: number | undefined,
  sunsets: SunsetMemory,
): readonly ApiRemovalFacts[] {
  return apis.map(({ api, removedAtMs }) => {
    const told = [removedAtMs, sunsets.earliestMs()].filter((endMs) => endMs !== undefined);
    const endMs = configuredMs ?? (told.length === 0 ? undefined : Math.min(...told));
    return { api, removedAtMs: endMs === undefined ? NOT_ANNOUNCED : known(endMs) };
  });
}
