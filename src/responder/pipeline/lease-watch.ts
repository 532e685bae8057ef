import type { LeaseRecord } from './lease-records.ts';

/** Without a sign of life for so long, a replica counts as dead; what it held is taken over. */
export const LEASE_MS = 15_000;
export const RENEW_MS = 5000;
/** A holder that could not renew its lease stops by itself before others may count it as dead. */
export const TRUST_MS = 10_000;

/** A lease, and since when it has not changed by the monotonic clock of the one who looks. */
export type SeenLease = LeaseRecord & { readonly sinceMs: number };
export type SeenLeases = ReadonlyMap<string, SeenLease>;

/** Replicas have a lease each that only says that they are alive. */
const REPLICA_PREFIX = 'replica:';

export function replicaLease(replica: string): string {
  return `${REPLICA_PREFIX}${replica}`;
}

export function watchLeases(
  rows: readonly LeaseRecord[],
  before: SeenLeases,
  nowMs: number,
): SeenLeases {
  return new Map(
    rows.map((row) => {
      const known = before.get(row.name);
      const isSame =
        known?.holder === row.holder &&
        known.fence === row.fence &&
        known.renewals === row.renewals;
      return [row.name, { ...row, sinceMs: isSame ? known.sinceMs : nowMs }];
    }),
  );
}

export type LeaseQuestion = {
  readonly replica: string;
  /** The leases that it wants and does not hold. */
  readonly wanted: readonly string[];
  readonly nowMs: number;
  /** Whether no other replica can be alive. */
  readonly isAlone: boolean;
};

export type LeaseJudgement = {
  readonly free: readonly string[];
  /** The leases of replicas that are gone. */
  readonly dead: readonly SeenLease[];
};

/**
 * A holder counts as dead when its lease has not changed for the length of one by the clock of the one who looks, so
 * clocks that differ by hours harm nothing: as in Kubernetes' leader election (client-go, tools/leaderelection).
 */
export function judgeLeases(
  seen: SeenLeases,
  { replica, wanted, nowMs, isAlone }: LeaseQuestion,
): LeaseJudgement {
  const isDead = ({ holder, sinceMs }: SeenLease): boolean =>
    holder !== replica && (isAlone || nowMs - sinceMs >= LEASE_MS);
  const isFree = (name: string): boolean => {
    const lease = seen.get(name);
    return lease === undefined || lease.holder === '' || isDead(lease);
  };
  return {
    free: wanted.filter(isFree),
    dead: [...seen.values()].filter(
      (lease) => lease.name.startsWith(REPLICA_PREFIX) && isDead(lease),
    ),
  };
}
