import type { ProbeArea } from '../../../catalog/catalog.ts';
import { AREA_PACE } from './policy.ts';
import type { ApiBudgetPolicy } from './policy.ts';

const DAY_MS = 86_400_000;

/** Both clocks: the wall clock knows when the platform's day ends, the monotonic one cannot be set. */
export type Instant = { readonly wallMs: number; readonly monotonicMs: number };

/** What was spent in the current day of the platform. All values are calls or milliseconds. */
export type Ledger = {
  readonly spentCalls: number;
  /** When the day ends, by each clock. */
  readonly endsAtWallMs: number;
  readonly endsAtMonotonicMs: number;
  /** From then on no answer speaks of the day before any more. */
  readonly settledAtMonotonicMs: number;
};

/** What the platform says of its quota, and when it said so relative to what we had spent. */
export type QuotaReading = {
  readonly limitCalls: number;
  /** Calls left for everybody; absent when the platform does not tell. */
  readonly remainingCalls?: number;
};

/** The quota as last read; `spentCalls` is what we had spent by then. */
export type KnownQuota = QuotaReading & {
  readonly spentCalls: number;
  readonly readAtMonotonicMs: number;
};

/**
 * How long a number of calls left is believed. While none are left nothing is sent, so no answer could ever say that
 * there are some again; a rolling quota would be lost until the next day.
 */
const REMAINING_TRUSTED_MS = 15 * 60_000;

/** So long after a day has ended, an answer may still speak of it. */
const DAY_SETTLES_MS = 2 * 60_000;

function endOfDayMs(wallMs: number, { resetAtMinutes }: ApiBudgetPolicy): number {
  const offsetMs = resetAtMinutes * 60_000;
  return (Math.floor((wallMs - offsetMs) / DAY_MS) + 1) * DAY_MS + offsetMs;
}

function dayFrom(now: Instant, policy: ApiBudgetPolicy, spentCalls: number): Ledger {
  const endsAtWallMs = endOfDayMs(now.wallMs, policy);
  return {
    spentCalls,
    endsAtWallMs,
    endsAtMonotonicMs: now.monotonicMs + endsAtWallMs - now.wallMs,
    settledAtMonotonicMs: now.monotonicMs,
  };
}

/** The ledger of a process that starts: what was spent before it is not known. */
export function openLedger(now: Instant, policy: ApiBudgetPolicy): Ledger {
  return dayFrom(now, policy, 0);
}

/**
 * The ledger as of now. A new day begins only when both clocks say so: a wall clock that is set an hour forward must
 * not grant the day's calls early, nor may one that is set back grant them twice. Calls under way at that moment may
 * be counted by the platform on either side, so they are spent in the new day too.
 */
export function turnOver(
  ledger: Ledger,
  now: Instant,
  policy: ApiBudgetPolicy,
  callsUnderWay: number,
): Ledger {
  const isOver = now.wallMs >= ledger.endsAtWallMs && now.monotonicMs >= ledger.endsAtMonotonicMs;
  if (!isOver) return ledger;
  const settledAtMonotonicMs = now.monotonicMs + DAY_SETTLES_MS;
  return { ...dayFrom(now, policy, callsUnderWay), settledAtMonotonicMs };
}

/** What a reading is worth: what it says of calls left may be about a day that is over. */
export function toKnownQuota(
  reading: QuotaReading,
  ledger: Ledger,
  now: Instant,
  spentCalls: number,
): KnownQuota {
  const known = { limitCalls: reading.limitCalls, spentCalls, readAtMonotonicMs: now.monotonicMs };
  const isSettled = now.monotonicMs >= ledger.settledAtMonotonicMs;
  return isSettled && reading.remainingCalls !== undefined
    ? { ...known, remainingCalls: reading.remainingCalls }
    : known;
}

/** How much of the day has gone by, 0 to 1, by the monotonic clock. */
export function elapsedRatio(ledger: Ledger, now: Instant): number {
  const leftMs = ledger.endsAtMonotonicMs - now.monotonicMs;
  return Math.min(1, Math.max(0, 1 - leftMs / DAY_MS));
}

/** Calls that the platform has left for everybody, as far as that is still worth something. */
function remainingOf(quota: KnownQuota | undefined, now: Instant): number | undefined {
  if (quota === undefined) return undefined;
  const isTrusted = now.monotonicMs - quota.readAtMonotonicMs < REMAINING_TRUSTED_MS;
  return isTrusted ? quota.remainingCalls : undefined;
}

/**
 * The most that may have been spent when `pace` of the day's calls may be: that part of floor(share × quota), and no
 * more than that part of what the platform had left when it was last read. Undefined while no quota is known.
 */
function limitAt(
  pace: number,
  policy: ApiBudgetPolicy,
  quota: KnownQuota | undefined,
  now: Instant,
): number | undefined {
  const limit = quota?.limitCalls ?? policy.dailyCalls;
  if (limit === undefined) return undefined;
  const share = pace * Math.floor(policy.shareRatio * limit);
  const remaining = remainingOf(quota, now);
  return quota === undefined || remaining === undefined
    ? share
    : Math.min(share, quota.spentCalls + pace * remaining);
}

/** Calls that may be spent in this day. Undefined while no quota is known. */
export function allowanceOf(
  policy: ApiBudgetPolicy,
  quota: KnownQuota | undefined,
  now: Instant,
): number | undefined {
  return limitAt(1, policy, quota, now);
}

/** The most that may have been spent by now for a run of this area to begin. Undefined while no quota is known. */
export function areaLimit(
  area: ProbeArea,
  policy: ApiBudgetPolicy,
  quota: KnownQuota | undefined,
  now: Instant,
  elapsed: number,
): number | undefined {
  const { base, perDay } = AREA_PACE[area];
  return limitAt(Math.min(1, base + perDay * elapsed), policy, quota, now);
}
