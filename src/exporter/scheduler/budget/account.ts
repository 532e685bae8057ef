import type { ProbeArea } from '../../../catalog/catalog.ts';
import type { Clock } from '../../../std/std.ts';
import { allowanceOf, areaLimit, elapsedRatio, openLedger, turnOver } from './ledger.ts';
import type { Instant, KnownQuota, QuotaReading } from './ledger.ts';
import type { ApiBudgetPolicy } from './policy.ts';

/** The calls of one target: what may be spent today, and what was. */
export type Account = {
  /** Calls that may be spent in the current day; undefined while no quota is known. */
  allowedCalls(): number | undefined;
  /** Share of it that is left, 0 to 1. */
  remainingRatio(): number | undefined;
  /** Whether a run of this area that costs so much may begin, beside what others will still spend. */
  affords(area: ProbeArea, cost: number, reservedCalls: number): boolean;
  /** Takes one call when the day still has one. */
  take(): boolean;
  /** A call that was taken is over. */
  giveBackSlot(): void;
  learn(reading: QuotaReading | undefined): void;
};

export function createAccount(policy: ApiBudgetPolicy, clock: Clock): Account {
  let quota: KnownQuota | undefined;
  let ledger = openLedger(now(), policy);
  let inFlightCount = 0;

  function now(): Instant {
    return { wallMs: clock.now(), monotonicMs: clock.monotonicMs() };
  }

  /** Brings the ledger up to date; what was left in a day that is over says nothing of the next. */
  function allowedCalls(): number | undefined {
    const next = turnOver(ledger, now(), policy);
    if (next !== ledger && quota !== undefined) {
      quota = { limitCalls: quota.limitCalls, spentCalls: 0 };
    }
    ledger = next;
    return allowanceOf(policy, quota);
  }

  return {
    allowedCalls,
    remainingRatio() {
      const allowance = allowedCalls();
      if (allowance === undefined) return undefined;
      return allowance === 0 ? 0 : Math.max(0, 1 - ledger.spentCalls / allowance);
    },
    affords(area, cost, reservedCalls) {
      const allowance = allowedCalls();
      if (allowance === undefined) return true;
      const limit = areaLimit(allowance, area, elapsedRatio(ledger, now()));
      return ledger.spentCalls + reservedCalls + cost <= limit;
    },
    take() {
      const allowance = allowedCalls();
      if (allowance !== undefined && ledger.spentCalls + 1 > allowance) return false;
      inFlightCount += 1;
      ledger = { ...ledger, spentCalls: ledger.spentCalls + 1 };
      return true;
    },
    giveBackSlot() {
      inFlightCount -= 1;
    },
    learn(reading) {
      if (reading === undefined) return;
      allowedCalls();
      // The platform may not have counted yet what else is under way.
      const countedCalls = Math.max(0, ledger.spentCalls - Math.max(0, inFlightCount - 1));
      quota = { ...reading, spentCalls: countedCalls };
    },
  };
}
