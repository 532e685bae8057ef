import { partsOf } from '../../../std/std.ts';
import type { Database, DatabaseTransaction, Kysely, Migrations } from '../../../store/store.ts';
import type { Notice } from '../../incidents/incidents.ts';

type HeldTables = {
  /** What people are to be told of an incident once nothing holds it any more. */
  held_notices: {
    incident_id: string;
    /** JSON of the kinds of notices, in their order. */
    notices: string;
    /** JSON of what held them, in words. */
    held_by: string;
    since_at_ms: number;
  };
};

export type Held = {
  readonly notices: readonly Notice[];
  /** For people, such as `maintenance (release)`. */
  readonly heldBy: readonly string[];
  readonly sinceMs: number;
};

const IDS_PER_QUERY = 300;

const TABLE = `CREATE TABLE held_notices (
  incident_id TEXT PRIMARY KEY, notices TEXT NOT NULL, held_by TEXT NOT NULL, since_at_ms BIGINT NOT NULL)`;

export const HELD_MIGRATIONS: Migrations = {
  room: 'holds',
  steps: [
    {
      name: 'notices that wait for the end of what holds them',
      statements: {
        sqlite: [`${TABLE.replace('BIGINT', 'INTEGER')} STRICT`],
        postgresql: [TABLE],
      },
    },
  ],
};

function tables(database: Database): Kysely<HeldTables> {
  return database.withTables<HeldTables>();
}

export async function readHeld(
  database: Database,
  incidentIds: readonly string[],
): Promise<ReadonlyMap<string, Held>> {
  const held = new Map<string, Held>();
  for (const ids of partsOf(incidentIds, IDS_PER_QUERY)) {
    const rows = await tables(database)
      .selectFrom('held_notices')
      .selectAll()
      .where('incident_id', 'in', ids)
      .execute();
    for (const row of rows) {
      held.set(row.incident_id, {
        notices: JSON.parse(row.notices) as Notice[],
        heldBy: JSON.parse(row.held_by) as string[],
        sinceMs: row.since_at_ms,
      });
    }
  }
  return held;
}

export async function keepHeld(
  transaction: DatabaseTransaction,
  incidentId: string,
  { notices, heldBy, sinceMs }: Held,
): Promise<void> {
  const changing = { notices: JSON.stringify(notices), held_by: JSON.stringify(heldBy) };
  await tables(transaction)
    .insertInto('held_notices')
    .values({ incident_id: incidentId, since_at_ms: sinceMs, ...changing })
    .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(changing))
    .execute();
}

export async function dropHeld(
  transaction: DatabaseTransaction,
  incidentId: string,
): Promise<void> {
  await tables(transaction)
    .deleteFrom('held_notices')
    .where('incident_id', '=', incidentId)
    .execute();
}

export async function countHeldIncidents(database: Database): Promise<number> {
  const row = await tables(database)
    .selectFrom('held_notices')
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return row.count;
}
