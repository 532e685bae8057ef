import type { Store } from '../../../store/store.ts';
import { measureStore } from '../../../store/store.ts';
import { stormTables } from '../storm-tables.ts';

/** What grows with what happens; the rest is bounded by the number of senders and people. */
export const MEASURED_TABLES = [
  'deliveries',
  'inbox',
  'quarantine',
  'incidents',
  'journal',
  'evidence',
  'diagnosis_labels',
  'diagnosis_judgements',
  'outbox',
  'episodes',
  'storms',
  'alert_homes',
  'label_keys',
  'idempotency_keys',
  'sessions',
] as const;
export type MeasuredTable = (typeof MEASURED_TABLES)[number];

export type StoreMeasure = {
  /** Of the file, or of the database on its server, what is free in it included. */
  readonly bytes: number;
  readonly rows: ReadonlyMap<MeasuredTable, number>;
};

/** Reads without holding up anybody; it takes as long as an index of each table is long. */
export async function measureTables(store: Store): Promise<StoreMeasure> {
  const tables = stormTables(store.database).withTables<
    Record<MeasuredTable, Record<string, never>>
  >();
  const rows = new Map<MeasuredTable, number>();
  for (const table of MEASURED_TABLES) {
    const { count } = await tables
      .selectFrom(table)
      .select((select) => select.fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    rows.set(table, count);
  }
  return { bytes: await measureStore(store), rows };
}
