import type { Database, DatabaseTransaction } from '../../store/store.ts';
import { leaseTables } from './lease-tables.ts';

export type LeaseRecord = {
  readonly name: string;
  readonly holder: string;
  readonly fence: number;
  readonly renewals: number;
};

/** Who takes or renews a lease, and until when by its own clock. */
export type Holder = { readonly holder: string; readonly expiresAtMs: number };

export async function readLeases(database: Database): Promise<readonly LeaseRecord[]> {
  return leaseTables(database)
    .selectFrom('leases')
    .select(['name', 'holder', 'fence', 'renewals'])
    .execute();
}

/** Renews what the replica still holds, and gives it. One statement, which waits for no transaction. */
export async function renewLeases(
  database: Database,
  { holder, expiresAtMs }: Holder,
): Promise<readonly Pick<LeaseRecord, 'name' | 'fence'>[]> {
  return leaseTables(database)
    .updateTable('leases')
    .set((update) => ({ renewals: update('renewals', '+', 1), expires_at_ms: expiresAtMs }))
    .where('holder', '=', holder)
    .returning(['name', 'fence'])
    .execute();
}

/** Takes a lease that is as it was seen, or that nobody ever held. Gives the new fence, or null when it is not. */
export async function takeLease(
  transaction: DatabaseTransaction,
  name: string,
  seen: LeaseRecord | undefined,
  { holder, expiresAtMs }: Holder,
): Promise<number | null> {
  const tables = leaseTables(transaction);
  const taken = { holder, expires_at_ms: expiresAtMs };
  const row =
    seen === undefined
      ? await tables
          .insertInto('leases')
          .values({ name, ...taken, fence: 1, renewals: 0 })
          .onConflict((conflict) => conflict.column('name').doNothing())
          .returning('fence')
          .executeTakeFirst()
      : await tables
          .updateTable('leases')
          .set({ ...taken, fence: seen.fence + 1 })
          .where('name', '=', name)
          .where('holder', '=', seen.holder)
          .where('fence', '=', seen.fence)
          .where('renewals', '=', seen.renewals)
          .returning('fence')
          .executeTakeFirst();
  return row?.fence ?? null;
}

/** Removes a lease that is as it was seen; false when it is not. */
export async function removeLease(
  transaction: DatabaseTransaction,
  seen: LeaseRecord,
): Promise<boolean> {
  const removed = await leaseTables(transaction)
    .deleteFrom('leases')
    .where('name', '=', seen.name)
    .where('holder', '=', seen.holder)
    .where('renewals', '=', seen.renewals)
    .executeTakeFirst();
  return removed.numDeletedRows > 0n;
}

/** Taking over waits for the turn of a transaction too, so what this finds is true until the end of this one. */
export async function isLeaseHeld(
  transaction: DatabaseTransaction,
  { name, holder, fence }: Omit<LeaseRecord, 'renewals'>,
): Promise<boolean> {
  const row = await leaseTables(transaction)
    .selectFrom('leases')
    .select('name')
    .where('name', '=', name)
    .where('holder', '=', holder)
    .where('fence', '=', fence)
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets everybody have at once what the replica held. */
export async function releaseLeases(
  transaction: DatabaseTransaction,
  holder: string,
): Promise<void> {
  await leaseTables(transaction)
    .updateTable('leases')
    .set({ holder: '', expires_at_ms: 0 })
    .where('holder', '=', holder)
    .execute();
}
