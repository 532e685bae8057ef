import type { ProbeArea } from '../../../catalog/catalog.ts';
import type { Clock } from '../../../std/std.ts';
import {
  allowanceOf,
  areaLimit,
  elapsedRatio,
  openLedger,
  toKnownQuota,
  turnOver,
} from './ledger.ts';
import type { Instant, KnownQuota, Ledger, QuotaReading } from './ledger.ts';
import { OVERRUN_AREA } from './policy.ts';
import type { ApiBudgetPolicy } from './policy.ts';

/** The calls of one target: what may be spent today, and what was. */
export type Account = {
  /** Calls that may be spent in the current day; undefined while no quota is known. */
  allowedCalls(): number | undefined;
  /** Share of it that is left, 0 to 1. */
  remainingRatio(): number | undefined;
  /** Days of the platform that have ended since the start. */
  endedDays(): number;
  /** Whether a run of this area that costs so much may begin, beside what others will still spend. */
  affords(area: ProbeArea, cost: number, reservedCalls: number): boolean;
  /** Takes one call for a run of this area, or of none, when the day still has one for it. */
  take(area: ProbeArea | undefined): boolean;
  /** A call that was taken is over. */
  giveBackSlot(): void;
  learn(reading: QuotaReading | undefined): void;
};

/** What was spent and what is known, which outlives the policy: a reload must not grant the day's calls again. */
export type Book = {
  ledger: Ledger;
  quota: KnownQuota | undefined;
  callsUnderWay: number;
  endedDays: number;
};

function instantOf(clock: Clock): Instant {
  return { wallMs: clock.now(), monotonicMs: clock.monotonicMs() };
}

export function openBook(policy: ApiBudgetPolicy, clock: Clock): Book {
  const ledger = openLedger(instantOf(clock), policy);
  return { ledger, quota: undefined, callsUnderWay: 0, endedDays: 0 };
}

export function createAccount(policy: ApiBudgetPolicy, clock: Clock, book: Book): Account {
  /** Brings the ledger up to date; what was left in a day that is over says nothing of the next. */
  function bringUpToDate(): Instant {
    const now = instantOf(clock);
    const next = turnOver(book.ledger, now, policy, book.callsUnderWay);
    if (next === book.ledger) return now;
    book.ledger = next;
    book.endedDays += 1;
    if (book.quota !== undefined) {
      const { limitCalls } = book.quota;
      book.quota = { limitCalls, spentCalls: 0, readAtMonotonicMs: now.monotonicMs };
    }
    return now;
  }

  function allowedCalls(): number | undefined {
    return allowanceOf(policy, book.quota, bringUpToDate());
  }

  function limitOf(area: ProbeArea | undefined): number {
    const now = bringUpToDate();
    const limit =
      area === undefined
        ? allowanceOf(policy, book.quota, now)
        : areaLimit(area, policy, book.quota, now, elapsedRatio(book.ledger, now));
    return limit ?? Infinity;
  }

  return {
    allowedCalls,
    remainingRatio() {
      const allowance = allowedCalls();
      if (allowance === undefined) return undefined;
      return allowance === 0 ? 0 : Math.max(0, 1 - book.ledger.spentCalls / allowance);
    },
    endedDays() {
      bringUpToDate();
      return book.endedDays;
    },
    affords(area, cost, reservedCalls) {
      const limit = limitOf(area);
      return book.ledger.spentCalls + reservedCalls + cost <= limit;
    },
    take(area) {
      const limit = limitOf(area === undefined ? undefined : OVERRUN_AREA[area]);
      if (book.ledger.spentCalls + 1 > limit) return false;
      book.callsUnderWay += 1;
      book.ledger = { ...book.ledger, spentCalls: book.ledger.spentCalls + 1 };
      return true;
    },
    giveBackSlot() {
      book.callsUnderWay -= 1;
    },
    learn(reading) {
      if (reading === undefined) return;
      const now = bringUpToDate();
      // The platform may not have counted yet what else is under way.
      const { spentCalls } = book.ledger;
      const countedCalls = Math.max(0, spentCalls - Math.max(0, book.callsUnderWay - 1));
      book.quota = toKnownQuota(reading, book.ledger, now, countedCalls);
    },
  };
}
