import { AsyncLocalStorage } from 'node:async_hooks';
import { PROBE_KINDS } from '../../../catalog/catalog.ts';
import type { ProbeKindName } from '../../../catalog/catalog.ts';
import type { RequestObserver } from '../../../http/http.ts';
import type { Clock } from '../../../std/std.ts';
import { createAccount, openBook } from './account.ts';
import type { Book } from './account.ts';
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
   * Runs `work` when the pace of its area allows what it will likely cost, and counts what it does cost. Work that this
   * budget refused a request, and that says so by `isCutShort`, counts as shed: what it came to is not the truth about
   * the CRM. Anything sent outside of `spend`, such as by a verification, is counted too, but for no probe.
   */
  spend<T>(
    probe: ProbeKindName,
    work: () => Promise<T>,
    isCutShort?: (value: T) => boolean,
  ): Promise<T | 'shed'>;
  /** The same budget under another policy, with what was spent; nothing is different before it is used. */
  withPolicy(policy: ApiBudgetPolicy): ApiBudget;
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
type CostMemory = {
  likely(probe: ProbeKindName): number;
  note(probe: ProbeKindName, calls: number): void;
  /** Forgets the oldest cost of each kind, so that one that was too dear is not kept from running for ever. */
  age(): void;
};

function createCostMemory(): CostMemory {
  const costs = new Map<ProbeKindName, readonly number[]>();
  return {
    likely(probe) {
      const seen = costs.get(probe) ?? [];
      return seen.length === 0 ? FIRST_COST_CALLS[PROBE_KINDS[probe].area] : Math.max(...seen);
    },
    note: (probe, calls) =>
      void costs.set(probe, [...(costs.get(probe) ?? []), calls].slice(-REMEMBERED_COSTS)),
    age() {
      for (const [probe, seen] of costs) costs.set(probe, seen.slice(1));
    },
  };
}

/** Everything about a budget that a change of its policy does not change. */
type BudgetState = {
  readonly book: Book;
  readonly costs: CostMemory;
  readonly spending: AsyncLocalStorage<Spending>;
  /** Runs under way: what each will likely still spend must not be granted to another. */
  readonly underWay: Set<Spending>;
  readonly callsByProbe: Map<ProbeKindName, number>;
  readonly shedByProbe: Map<ProbeKindName, number>;
  refusedCalls: number;
  /** The day in which the costs were last aged. */
  agedInDay: number;
};

export function createApiBudget(policy: ApiBudgetPolicy, clock: Clock): ApiBudget {
  return budgetOver(policy, clock, {
    book: openBook(policy, clock),
    costs: createCostMemory(),
    spending: new AsyncLocalStorage<Spending>(),
    underWay: new Set(),
    callsByProbe: new Map(),
    shedByProbe: new Map(),
    refusedCalls: 0,
    agedInDay: 0,
  });
}

function countUp(counts: Map<ProbeKindName, number>, probe: ProbeKindName): void {
  counts.set(probe, (counts.get(probe) ?? 0) + 1);
}

function budgetOver(policy: ApiBudgetPolicy, clock: Clock, state: BudgetState): ApiBudget {
  const account = createAccount(policy, clock, state.book);
  const { costs, spending, underWay, callsByProbe, shedByProbe } = state;

  function likelyCallsOf(probe: ProbeKindName): number {
    const day = account.endedDays();
    for (; state.agedInDay < day; state.agedInDay++) costs.age();
    return costs.likely(probe);
  }

  function reservedCalls(): number {
    return [...underWay].reduce((sum, one) => sum + Math.max(0, one.likelyCalls - one.calls), 0);
  }

  async function spend<T>(
    probe: ProbeKindName,
    work: () => Promise<T>,
    isCutShort: (value: T) => boolean = () => false,
  ): Promise<T | 'shed'> {
    const likelyCalls = likelyCallsOf(probe);
    if (!account.affords(PROBE_KINDS[probe].area, likelyCalls, reservedCalls())) {
      countUp(shedByProbe, probe);
      return 'shed';
    }
    const mine: Spending = { probe, likelyCalls, calls: 0 };
    const refusedBefore = state.refusedCalls;
    underWay.add(mine);
    let costCalls = (): number => mine.calls;
    try {
      const value = await spending.run(mine, work);
      if (state.refusedCalls === refusedBefore || !isCutShort(value)) return value;
      // Nobody knows what the whole would have cost; twice as much will tell after a few times.
      costCalls = () => 2 * Math.max(mine.calls, likelyCalls);
      countUp(shedByProbe, probe);
      return 'shed';
    } finally {
      underWay.delete(mine);
      costs.note(probe, costCalls());
    }
  }

  function admit(): string | undefined {
    const current = spending.getStore();
    if (!account.take(current === undefined ? undefined : PROBE_KINDS[current.probe].area)) {
      state.refusedCalls += 1;
      const allowed = account.allowedCalls() ?? 0;
      return `the API budget of ${Math.floor(allowed)} calls a day that crmwatch may make is used up${current === undefined ? '' : ' as far as this probe may use it'}; nothing was sent`;
    }
    if (current !== undefined) {
      current.calls += 1;
      countUp(callsByProbe, current.probe);
    }
    return undefined;
  }

  return {
    spend,
    withPolicy: (next) => budgetOver(next, clock, state),
    learn: (reading) => account.learn(reading),
    observer: {
      admit,
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
