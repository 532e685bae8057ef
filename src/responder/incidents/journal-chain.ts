import { CrmwatchError, sha256Hex } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import type { IncidentTables } from './incident-tables.ts';

/** Where the chain begins, before any entry. */
export const CHAIN_ORIGIN = '';

/** What the hash of a row is made of. */
export type ChainedRow = Omit<IncidentTables['journal'], 'hash' | 'id' | 'data'> & {
  readonly id: number;
};

/**
 * The hash of an entry: SHA-256 over the hash before it and everything the entry says, as one JSON list. The
 * event's own text goes in by its hash, so that it can be forgotten without breaking the chain.
 */
export function hashOf(previousHash: string, row: ChainedRow): string {
  const { id, incident_id, sequence, at_ms, kind, phase, actor, data_hash } = row;
  const said = [previousHash, id, incident_id, sequence, at_ms, kind, phase, actor];
  return sha256Hex(JSON.stringify([...said, data_hash]));
}

export type ChainPlaces = { readonly firstId: number; readonly previousHash: string };

/**
 * Takes the next places in the chain, and holds them until the transaction ends: the update locks the only row of
 * the head, so that places are given in the order of commits, without gaps, by several processes too.
 */
export async function takePlaces(
  transaction: DatabaseTransaction,
  count: number,
): Promise<ChainPlaces> {
  const row = await transaction
    .withTables<IncidentTables>()
    .updateTable('journal_head')
    .set((update) => ({ last_id: update('last_id', '+', count) }))
    .returning(['last_id', 'hash'])
    .executeTakeFirst();
  if (row !== undefined) return { firstId: row.last_id - count + 1, previousHash: row.hash };
  throw new CrmwatchError('store_incompatible', 'the head of the journal is missing', {
    remedy: 'restore the database from a backup: somebody removed a row of journal_head',
  });
}

/** Writes down that the chain now ends with this hash. */
export async function moveHead(transaction: DatabaseTransaction, hash: string): Promise<void> {
  await transaction
    .withTables<IncidentTables>()
    .updateTable('journal_head')
    .set({ hash })
    .execute();
}
