import { CRASH_POINTS } from '../../../src/std/std.ts';
import type { CrashPoint, Random } from '../../../src/std/std.ts';

/** One life of the responder, and how it ends. */
export type Kill =
  /** When it comes to a crash point for the nth time. */
  | { readonly kind: 'point'; readonly point: CrashPoint; readonly nth: number }
  /** So long after it was told to start, when it may not even be listening, or after it listens. */
  | { readonly kind: 'moment'; readonly from: 'start' | 'listening'; readonly afterMs: number };

/** A start-up takes some hundred milliseconds; so does the work that it finds. */
const LATEST_MOMENT_MS = 600;
const DURING_START_RATIO = 0.3;
/** Leases of the life before are over by then, so that there is more to interrupt. */
const LATE_MOMENT_MS = 2500;
const LATE_RATIO = 0.2;
/** Points that every delivery visits are left by once or more; the others are not visited often in one life. */
const NTH_LIMIT = 4;
const IN_EVERY_DELIVERY = /^(migration:between-steps|group-commit|intake|inbox|changes|journal)/;

const isMigration = (point: CrashPoint): boolean => point.startsWith('migration:');
const MIGRATION_POINTS = CRASH_POINTS.filter(isMigration);
const WORKING_POINTS = CRASH_POINTS.filter((point) => !isMigration(point));

/**
 * The kills of one run, on one database that is empty at first, so that the migration is killed first of all. The
 * rest are crash points and moments by turns; run after run takes the next points, so that all get their turn.
 */
export function planKills(run: number, count: number, random: Random): readonly Kill[] {
  const below = (limit: number): number => Math.floor(random.next() * limit);
  const at = (point: CrashPoint): Kill => ({
    kind: 'point',
    point,
    nth: IN_EVERY_DELIVERY.test(point) ? 1 + below(NTH_LIMIT) : 1,
  });
  const migrating = MIGRATION_POINTS.map(at);
  const begin = run * Math.ceil((count - migrating.length) / 2);
  const working = Array.from({ length: Math.max(0, count - migrating.length) }, (_, index) =>
    index % 2 === 0
      ? at(WORKING_POINTS[(begin + index / 2) % WORKING_POINTS.length] ?? 'timer:done')
      : momentOf(random),
  );
  return [...migrating, ...working].slice(0, count);
}

function momentOf(random: Random): Kill {
  const from = random.next() < DURING_START_RATIO ? 'start' : 'listening';
  const isLate = from === 'listening' && random.next() < LATE_RATIO;
  const limitMs = isLate ? LATE_MOMENT_MS : LATEST_MOMENT_MS;
  return { kind: 'moment', from, afterMs: Math.floor(random.next() * limitMs) };
}

export function describeKill(kill: Kill): string {
  if (kill.kind === 'point') return `${kill.point}#${kill.nth}`;
  return `${kill.afterMs} ms after ${kill.from}`;
}
