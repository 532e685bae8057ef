import { AsyncLocalStorage } from 'node:async_hooks';
import { PROBE_KINDS } from '../../../catalog/catalog.ts';
import type { ProbeKindName } from '../../../catalog/catalog.ts';
import type { RequestObserver } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import { createAccount } from './account.ts';
import type { QuotaReading } from './ledger.ts';
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

/** What runs of each kind have cost, which tells what the next one will. */
function createCostMemory(): {
  likely(probe: ProbeKindName): number;
  note(probe: ProbeKindName, calls: number): void;
} {
  const costs = new Map<ProbeKindName, readonly number[]>();
  return {
    likely(probe) {
      const seen = costs.get(probe);
      return seen === undefined ? FIRST_COST_CALLS[PROBE_KINDS[probe].area] : Math.max(...seen);
    },
    note: (probe, calls) =>
      void costs.set(probe, [...(costs.get(probe) ?? []), calls].slice(-REMEMBERED_COSTS)),
  };
}

export function createApiBudget(policy: ApiBudgetPolicy, clock: Clock): ApiBudget {
  const account = createAccount(policy, clock);
  const costs = createCostMemory();
  const spending = new AsyncLocalStorage<Spending>();
  const callsByProbe = new Map<ProbeKindName, number>();
  const shedByProbe = new Map<ProbeKindName, number>();
  /** Runs under way: what each will likely still spend must not be granted to another. */
  const underWay = new Set<Spending>();

  function reservedCalls(): number {
    return [...underWay].reduce((sum, one) => sum + Math.max(0, one.likelyCalls - one.calls), 0);
  }

  function attribute(): void {
    const current = spending.getStore();
    if (current === undefined) return;
    current.calls += 1;
    callsByProbe.set(current.probe, (callsByProbe.get(current.probe) ?? 0) + 1);
  }

  return {
    async spend(probe, work) {
      const likelyCalls = costs.likely(probe);
      if (!account.affords(PROBE_KINDS[probe].area, likelyCalls, reservedCalls())) {
        shedByProbe.set(probe, (shedByProbe.get(probe) ?? 0) + 1);
        return 'shed';
      }
      const mine: Spending = { probe, likelyCalls, calls: 0 };
      underWay.add(mine);
      try {
        return await spending.run(mine, work);
      } finally {
        underWay.delete(mine);
        costs.note(probe, mine.calls);
      }
    },
    learn: (reading) => account.learn(reading),
    observer: {
      admit() {
        if (account.take()) {
          attribute();
          return undefined;
        }
        const allowed = account.allowedCalls() ?? 0;
        return `the API budget of ${allowed} calls a day that crmwatch may make is used up; nothing was sent`;
      },
      answered: (_status, headers) => account.learn(readQuotaHeaders(headers, clock.now())),
      ended: () => account.giveBackSlot(),
    },
    facts: () => ({
      allowedCalls: account.allowedCalls(),
      remainingRatio: account.remainingRatio(),
      callsByProbe,
      shedByProbe,
    }),
  };
}
