import { AsyncLocalStorage } from 'node:async_hooks';
import { PROBE_KINDS } from '../../../catalog/catalog.ts';
import type { ProbeKindName } from '../../../catalog/catalog.ts';
import type { RequestObserver } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import { allowanceOf, areaLimit, elapsedRatio, openLedger, turnOver } from './ledger.ts';
import type { Instant, KnownQuota, QuotaReading } from './ledger.ts';
import { FIRST_COST_CALLS } from './policy.ts';
import type { ApiBudgetPolicy } from './policy.ts';
import { readQuotaHeaders } from './vendor-quota.ts';

export { apiBudgetDecoder } from './policy.ts';
export type { ApiBudgetPolicy } from './policy.ts';

/** What is told of a budget; calls of the current day of the platform, but for the totals. */
export type ApiBudgetFacts = {
  /** Undefined while no quota is known: then nothing is limited and nothing can be said. */
  readonly allowedCalls: number | undefined;
  /** Share of the allowance that is left, 0 to 1. */
  readonly remainingRatio: number | undefined;
  /** Since the process started. */
  readonly callsByProbe: ReadonlyMap<ProbeKindName, number>;
  readonly shedByProbe: ReadonlyMap<ProbeKindName, number>;
};

/** The API budget of one target. */
export type ApiBudget = {
  /**
   * Runs `work` when the pace of its area allows what it will likely cost, and counts what it does cost. Anything sent
   * outside of `spend`, such as by a verification, is counted too, but for no probe.
   */
  spend<T>(probe: ProbeKindName, work: () => Promise<T>): Promise<T | 'shed'>;
  /** What the platform says of its daily quota by other means than the headers of its answers. */
  learn(reading: QuotaReading): void;
  /** For the HTTP client of the target: admits and counts each request. */
  readonly observer: RequestObserver;
  facts(): ApiBudgetFacts;
};

/** Runs whose costs are remembered; the dearest of them is what the next one is taken to cost. */
const REMEMBERED_COSTS = 3;

type Spending = { readonly probe: ProbeKindName; readonly likelyCalls: number; calls: number };

export function createApiBudget(policy: ApiBudgetPolicy, clock: Clock): ApiBudget {
  const spending = new AsyncLocalStorage<Spending>();
  const costs = new Map<ProbeKindName, readonly number[]>();
  const callsByProbe = new Map<ProbeKindName, number>();
  const shedByProbe = new Map<ProbeKindName, number>();
  /** Runs under way: what each will likely still spend must not be granted to another. */
  const underWay = new Set<Spending>();
  let inFlightCount = 0;
  let quota: KnownQuota | undefined;
  let ledger = openLedger(now(), policy);

  function now(): Instant {
    return { wallMs: clock.now(), monotonicMs: clock.monotonicMs() };
  }

  /** Brings the ledger up to date; what was left in a day that is over says nothing of the next. */
  function refresh(): void {
    const next = turnOver(ledger, now(), policy);
    if (next !== ledger && quota !== undefined) {
      quota = { limitCalls: quota.limitCalls, spentCalls: 0 };
    }
    ledger = next;
  }

  function likelyCost(probe: ProbeKindName): number {
    const seen = costs.get(probe);
    return seen === undefined ? FIRST_COST_CALLS[PROBE_KINDS[probe].area] : Math.max(...seen);
  }

  function reservedCalls(): number {
    return [...underWay].reduce((sum, one) => sum + Math.max(0, one.likelyCalls - one.calls), 0);
  }

  function isAffordable(probe: ProbeKindName, cost: number): boolean {
    refresh();
    const allowance = allowanceOf(policy, quota);
    if (allowance === undefined) return true;
    const limit = areaLimit(allowance, PROBE_KINDS[probe].area, elapsedRatio(ledger, now()));
    return ledger.spentCalls + reservedCalls() + cost <= limit;
  }

  function leftRatio(allowedCalls: number): number {
    return allowedCalls === 0 ? 0 : Math.max(0, 1 - ledger.spentCalls / allowedCalls);
  }

  function noteQuota(reading: QuotaReading | undefined): void {
    if (reading === undefined) return;
    refresh();
    // The platform may not have counted yet what else is under way.
    const countedCalls = Math.max(0, ledger.spentCalls - Math.max(0, inFlightCount - 1));
    quota = { ...reading, spentCalls: countedCalls };
  }

  return {
    async spend(probe, work) {
      const cost = likelyCost(probe);
      if (!isAffordable(probe, cost)) {
        shedByProbe.set(probe, (shedByProbe.get(probe) ?? 0) + 1);
        return 'shed';
      }
      const mine: Spending = { probe, likelyCalls: cost, calls: 0 };
      underWay.add(mine);
      try {
        return await spending.run(mine, work);
      } finally {
        underWay.delete(mine);
        costs.set(probe, [...(costs.get(probe) ?? []), mine.calls].slice(-REMEMBERED_COSTS));
      }
    },
    learn: noteQuota,
    observer: {
      admit() {
        refresh();
        const allowance = allowanceOf(policy, quota);
        if (allowance !== undefined && ledger.spentCalls + 1 > allowance) {
          return `the API budget of ${allowance} calls a day that crmwatch may make is used up; nothing was sent`;
        }
        inFlightCount += 1;
        ledger = { ...ledger, spentCalls: ledger.spentCalls + 1 };
        const current = spending.getStore();
        if (current !== undefined) {
          current.calls += 1;
          callsByProbe.set(current.probe, (callsByProbe.get(current.probe) ?? 0) + 1);
        }
        return undefined;
      },
      answered: (_status, headers) => noteQuota(readQuotaHeaders(headers, clock.now())),
      ended() {
        inFlightCount -= 1;
      },
    },
    facts() {
      refresh();
      const allowedCalls = allowanceOf(policy, quota);
      return {
        allowedCalls,
        remainingRatio: allowedCalls === undefined ? undefined : leftRatio(allowedCalls),
        callsByProbe,
        shedByProbe,
      };
    },
  };
}
