import { crashPoint, sha256Hex } from '../../std/std.ts';
import type { DatabaseTransaction, Kysely } from '../../store/store.ts';
import type { IncidentEvent } from './incident-event.ts';
import type { IncidentTables } from './incident-tables.ts';
import type { Incident } from './incident.ts';
import { hashOf, moveHead, takePlaces } from './journal-chain.ts';
import type { ChainPlaces, ChainedRow } from './journal-chain.ts';
import type { JournalEntry } from './journal.ts';
import { partsByWeight } from './parts-by-weight.ts';
import { searchTextOf } from './search-text.ts';

function tables(transaction: DatabaseTransaction): Kysely<IncidentTables> {
  return transaction.withTables<IncidentTables>();
}

/** What happened to an incident; `incident` is the snapshot after it. */
export type Happening = {
  readonly incident: Incident;
  readonly event: IncidentEvent;
  readonly atMs: number;
};

/** Appends to the journal, in this order, in as few statements as possible. Gives the new entries. */
export async function appendEntries(
  transaction: DatabaseTransaction,
  happenings: readonly Happening[],
): Promise<readonly JournalEntry[]> {
  if (happenings.length === 0) return [];
  const places = await takePlaces(transaction, happenings.length);
  let hash = places.previousHash;
  for (const part of partsByWeight(toRows(happenings, places), ({ data }) => data.length)) {
    await tables(transaction).insertInto('journal').values(part).execute();
    hash = part.at(-1)?.hash ?? hash;
  }
  crashPoint('journal:before-head');
  await moveHead(transaction, hash);
  crashPoint('journal:after-head');
  return happenings.map(({ incident: { id: incidentId, sequence, phase }, event, atMs }, index) => {
    const id = places.firstId + index;
    return { id, incidentId, sequence, atMs, phase, event };
  });
}

type JournalRow = ChainedRow & { readonly data: string; readonly hash: string };

function* toRows(
  happenings: readonly Happening[],
  { firstId, previousHash }: ChainPlaces,
): Generator<JournalRow> {
  let hash = previousHash;
  for (const [index, { incident, event, atMs }] of happenings.entries()) {
    const { kind, actor, ...said } = event;
    const data = JSON.stringify(said);
    const row = {
      id: firstId + index,
      incident_id: incident.id,
      sequence: incident.sequence,
      at_ms: atMs,
      kind,
      phase: incident.phase,
      actor,
      data_hash: sha256Hex(data),
    };
    hash = hashOf(hash, row);
    yield { ...row, data, hash };
  }
}

type SnapshotRow = Omit<IncidentTables['incidents'], 'number'>;

function toRow(incident: Incident): SnapshotRow {
  const { id, scope, target, phase, severity } = incident;
  return {
    id,
    scope,
    target,
    phase,
    severity,
    fault_class: incident.correctedClass ?? incident.diagnosis?.answer ?? null,
    reported_at_ms: incident.reportedAtMs,
    updated_at_ms: incident.updatedAtMs,
    compacted_at_ms: incident.compacted?.atMs ?? null,
    merged_into_id: incident.mergedInto?.incidentId ?? null,
    search_text: searchTextOf(incident),
    snapshot: JSON.stringify(incident),
  };
}

/** Writes snapshots; several events of one transaction need it only once, after the last of them. */
export async function saveSnapshots(
  transaction: DatabaseTransaction,
  incidents: readonly Incident[],
): Promise<void> {
  const rows = Iterator.from(incidents).map(toRow);
  for (const part of partsByWeight(rows, ({ snapshot }) => snapshot.length)) {
    // Transactions run one after the other, so no other one takes the same numbers.
    const newest = await tables(transaction)
      .selectFrom('incidents')
      .select((select) => select.fn.max('number').as('number'))
      .executeTakeFirst();
    const before = newest?.number ?? 0;
    await tables(transaction)
      .insertInto('incidents')
      .values(part.map((row, index) => ({ ...row, number: before + index + 1 })))
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((update) => ({
          scope: update.ref('excluded.scope'),
          target: update.ref('excluded.target'),
          compacted_at_ms: update.ref('excluded.compacted_at_ms'),
          merged_into_id: update.ref('excluded.merged_into_id'),
          phase: update.ref('excluded.phase'),
          severity: update.ref('excluded.severity'),
          fault_class: update.ref('excluded.fault_class'),
          updated_at_ms: update.ref('excluded.updated_at_ms'),
          search_text: update.ref('excluded.search_text'),
          snapshot: update.ref('excluded.snapshot'),
        })),
      )
      .execute();
  }
}
