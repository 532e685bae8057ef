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
};

/** What the platform says of its quota, and when it said so relative to what we had spent. */
export type QuotaReading = {
  readonly limitCalls: number;
  /** Calls left for everybody; absent when the platform does not tell. */
  readonly remainingCalls?: number;
};

/** The quota as last read; `spentCalls` is what we had spent by then. */
export type KnownQuota = QuotaReading & { readonly spentCalls: number };

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
  };
}

/** The ledger of a process that starts: what was spent before it is not known. */
export function openLedger(now: Instant, policy: ApiBudgetPolicy): Ledger {
  return dayFrom(now, policy, 0);
}

/**
 * The ledger as of now. A new day begins only when both clocks say so: a wall clock that is set an hour forward must
 * not grant the day's calls early, nor may one that is set back grant them twice.
 */
export function turnOver(ledger: Ledger, now: Instant, policy: ApiBudgetPolicy): Ledger {
  const isOver = now.wallMs >= ledger.endsAtWallMs && now.monotonicMs >= ledger.endsAtMonotonicMs;
  return isOver ? dayFrom(now, policy, 0) : ledger;
}

/** How much of the day has gone by, 0 to 1, by the monotonic clock. */
export function elapsedRatio(ledger: Ledger, now: Instant): number {
  const leftMs = ledger.endsAtMonotonicMs - now.monotonicMs;
  return Math.min(1, Math.max(0, 1 - leftMs / DAY_MS));
}

/**
 * Calls that may be spent in this day: floor(share × quota), and never more than the platform has left. Undefined
 * while no quota is known.
 */
export function allowanceOf(
  policy: ApiBudgetPolicy,
  quota: KnownQuota | undefined,
): number | undefined {
  const limit = quota?.limitCalls ?? policy.dailyCalls;
  if (limit === undefined) return undefined;
  const share = Math.floor(policy.shareRatio * limit);
  if (quota?.remainingCalls === undefined) return share;
  return Math.min(share, quota.spentCalls + quota.remainingCalls);
}

/** The most that may have been spent by now for a run of this area to begin. */
export function areaLimit(allowance: number, area: ProbeArea, elapsed: number): number {
  const { base, perDay } = AREA_PACE[area];
  return allowance * Math.min(1, base + perDay * elapsed);
}
