import { randomUUID } from 'node:crypto';

import type { DatabaseTransaction } from '../../store/store.ts';
import { freeNotices } from '../notify/notify.ts';
import { freeWork } from './due-work.ts';
import {
  isLeaseHeld,
  readLeases,
  releaseLeases,
  removeLease,
  renewLeases,
  takeLease,
} from './lease-records.ts';
import type { Holder } from './lease-records.ts';
import {
  LEASE_MS,
  RENEW_MS,
  TRUST_MS,
  judgeLeases,
  replicaLease,
  watchLeases,
} from './lease-watch.ts';
import type { LeaseJudgement, SeenLease, SeenLeases } from './lease-watch.ts';
import type { PipelineContext } from './pipeline-parts.ts';

/** The leases that one replica holds, among them the one that says that it is alive. */
export type Leases = {
  /** Of this process: it is in every claim. */
  readonly replica: string;
  /** The lease that says that this replica is alive: without it nobody would free what it claims. */
  readonly own: string;
  /**
   * Renews what this replica holds, takes what is free, and frees what a dead replica has left. Does nothing until
   * it is time again. Rejects when the store fails.
   */
  keep(): Promise<void>;
  /** The fence of a lease that this replica may act upon now; null when another one does. */
  fenceOf(name: string): number | null;
  /** False when another replica has taken over; otherwise none can before the transaction ends. */
  isHeld(transaction: DatabaseTransaction, name: string, fence: number): Promise<boolean>;
  states(): readonly LeaseState[];
  /** Gives everything back, so that another replica goes on at once. */
  release(): Promise<void>;
};

export type LeaseState = { readonly lease: string; readonly isHeld: boolean };

type Context = Pick<PipelineContext, 'store' | 'clock' | 'logger'>;
type Held = Map<string, { readonly fence: number; readonly untilMs: number }>;

/**
 * Leases by signs of life (see `judgeLeases`). They only keep two replicas from doing the same for nothing; what
 * keeps them from writing it twice is the fence, which every transaction of a task looks at.
 */
export function createLeases(context: Context, names: readonly string[]): Leases {
  const { store, clock } = context;
  const replica = randomUUID();
  const own = replicaLease(replica);
  const held: Held = new Map();
  const keeper = createKeeper(context, [own, ...names], replica, held);

  function fenceOf(name: string): number | null {
    const lease = held.get(name);
    return lease === undefined || clock.monotonicMs() >= lease.untilMs ? null : lease.fence;
  }

  return {
    replica,
    own,
    keep: async () => keeper.keep(),
    fenceOf,
    async isHeld(transaction, name, fence) {
      if (await isLeaseHeld(transaction, { name, holder: replica, fence })) return true;
      held.delete(name);
      return false;
    },
    states: () => names.map((lease) => ({ lease, isHeld: fenceOf(lease) !== null })),
    async release() {
      if (!(await keeper.end())) return;
      held.clear();
      await store.transaction(async (transaction) => {
        const rows = await readLeases(transaction);
        const row = rows.find(({ name }) => name === own);
        if (row !== undefined) await removeLease(transaction, row);
        await releaseLeases(transaction, replica);
        await freeWork(transaction, replica);
        await freeNotices(transaction, replica);
      });
    },
  };
}

type Keeper = {
  keep(): Promise<void>;
  /** Keeps no more; gives whether it ever did, and was not ended before. */
  end(): Promise<boolean>;
};

function createKeeper(
  { store, clock, logger }: Context,
  names: readonly string[],
  replica: string,
  held: Held,
): Keeper {
  let seen: SeenLeases = new Map();
  let nextAtMs: number | null = null;
  let keeping: Promise<void> | undefined;
  let isOver = false;
  // A file has one responder, so whatever another one has left in it is nobody's when this one starts.
  let isAlone = store.engine === 'sqlite';

  const holder = (): Holder => ({ holder: replica, expiresAtMs: clock.now() + LEASE_MS });

  async function keepNow(): Promise<void> {
    const nowMs = clock.monotonicMs();
    const untilMs = nowMs + TRUST_MS;
    const renewed = await renewLeases(store.database, holder());
    held.clear();
    for (const { name, fence } of renewed) held.set(name, { fence, untilMs });
    seen = watchLeases(await readLeases(store.database), seen, nowMs);
    const wanted = names.filter((name) => !held.has(name));
    const judgement = judgeLeases(seen, { replica, wanted, nowMs, isAlone });
    if (judgement.free.length + judgement.dead.length > 0) {
      for (const { name, fence } of await take(judgement)) held.set(name, { fence, untilMs });
    }
    isAlone = false;
    nextAtMs = nowMs + RENEW_MS;
  }

  /** In its turn, so that no transaction of the one that held it before is under way. */
  async function take({ free, dead }: LeaseJudgement): Promise<{ name: string; fence: number }[]> {
    return store.transaction(async (transaction) => {
      for (const lease of dead) await bury(transaction, lease);
      const taken: { name: string; fence: number }[] = [];
      for (const name of free) {
        const fence = await takeLease(transaction, name, seen.get(name), holder());
        if (fence !== null) taken.push({ name, fence });
      }
      return taken;
    });
  }

  async function bury(transaction: DatabaseTransaction, lease: SeenLease): Promise<void> {
    if (!(await removeLease(transaction, lease))) return;
    await freeWork(transaction, lease.holder);
    await freeNotices(transaction, lease.holder);
    logger.warn('a replica is gone; what it had under way is done anew', { replica: lease.holder });
  }

  return {
    async keep() {
      const isEarly = nextAtMs !== null && clock.monotonicMs() < nextAtMs;
      if (isOver || (keeping === undefined && isEarly)) return;
      keeping ??= keepNow().finally(() => {
        keeping = undefined;
      });
      await keeping;
    },
    async end() {
      const hasKept = nextAtMs !== null || keeping !== undefined;
      const isFirst = !isOver;
      isOver = true;
      await keeping?.catch(() => {});
      return isFirst && hasKept;
    },
  };
}
