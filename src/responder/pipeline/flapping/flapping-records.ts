import { partsOf, sha256Hex } from '../../../std/std.ts';
import type { Database, DatabaseTransaction, Kysely, Migrations } from '../../../store/store.ts';
import type { FlappingHistory, NamedAlert } from '../../incidents/incidents.ts';

type FlappingTables = {
  /** Alerts that fired again lately, until they were quiet for 20 intervals. */
  flapping_alerts: {
    alert_key: string;
    /** JSON of who it is. */
    alert: string;
    /** The incident that it belongs to. */
    incident_id: string;
    checks: string;
    interval_number: number;
    is_flapping: number;
    /** When it is calm, or can be forgotten, if nothing changes any more. */
    due_at_ms: number;
  };
};

export type FlappingRecord = {
  readonly alert: NamedAlert;
  readonly incidentId: string;
  readonly history: FlappingHistory;
  readonly dueAtMs: number;
};

const TABLE = `CREATE TABLE flapping_alerts (
  alert_key TEXT PRIMARY KEY, alert TEXT NOT NULL, incident_id TEXT NOT NULL, checks TEXT NOT NULL,
  interval_number BIGINT NOT NULL, is_flapping BIGINT NOT NULL, due_at_ms BIGINT NOT NULL)`;
const INDEX = 'CREATE INDEX flapping_alerts_due ON flapping_alerts (due_at_ms)';

export const FLAPPING_MIGRATIONS: Migrations = {
  room: 'flapping',
  steps: [
    {
      name: 'alerts that come and go',
      statements: {
        sqlite: [`${TABLE.replaceAll('BIGINT', 'INTEGER')} STRICT`, INDEX],
        postgresql: [TABLE, INDEX],
      },
    },
  ],
};

const ROWS_PER_QUERY = 300;

function tables(database: Database): Kysely<FlappingTables> {
  return database.withTables<FlappingTables>();
}

/** Hashed, since fingerprints of some senders are as long as their labels. */
export function flappingKey({ source, fingerprint }: NamedAlert): string {
  return sha256Hex(JSON.stringify([source, fingerprint]));
}

export async function hasFlappingRecords(database: Database): Promise<boolean> {
  const row = await tables(database)
    .selectFrom('flapping_alerts')
    .select('alert_key')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** By key. */
export async function readFlapping(
  database: Database,
  keys: readonly string[],
): Promise<ReadonlyMap<string, FlappingRecord>> {
  const records = new Map<string, FlappingRecord>();
  for (const part of partsOf(keys, ROWS_PER_QUERY)) {
    const rows = await tables(database)
      .selectFrom('flapping_alerts')
      .selectAll()
      .where('alert_key', 'in', part)
      .execute();
    for (const row of rows) {
      records.set(row.alert_key, {
        alert: JSON.parse(row.alert) as NamedAlert,
        incidentId: row.incident_id,
        history: {
          checks: row.checks,
          interval: row.interval_number,
          isFlapping: row.is_flapping === 1,
        },
        dueAtMs: row.due_at_ms,
      });
    }
  }
  return records;
}

export async function saveFlapping(
  transaction: DatabaseTransaction,
  { alert, incidentId, history, dueAtMs }: FlappingRecord,
): Promise<void> {
  const changing = {
    incident_id: incidentId,
    checks: history.checks,
    interval_number: history.interval,
    is_flapping: history.isFlapping ? 1 : 0,
    due_at_ms: dueAtMs,
  };
  await tables(transaction)
    .insertInto('flapping_alerts')
    .values({ alert_key: flappingKey(alert), alert: JSON.stringify(alert), ...changing })
    .onConflict((conflict) => conflict.column('alert_key').doUpdateSet(changing))
    .execute();
}

/** Keys of what is to be looked at by this time. */
export async function findDueFlapping(
  database: Database,
  nowMs: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tables(database)
    .selectFrom('flapping_alerts')
    .select('alert_key')
    .where('due_at_ms', '<=', nowMs)
    .orderBy('due_at_ms')
    .limit(limit)
    .execute();
  return rows.map((row) => row.alert_key);
}

export async function forgetFlapping(
  transaction: DatabaseTransaction,
  keys: readonly string[],
): Promise<void> {
  for (const part of partsOf(keys, ROWS_PER_QUERY)) {
    await tables(transaction)
      .deleteFrom('flapping_alerts')
      .where('alert_key', 'in', part)
      .execute();
  }
}

export async function countFlapping(database: Database): Promise<number> {
  const row = await tables(database)
    .selectFrom('flapping_alerts')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('is_flapping', '=', 1)
    .executeTakeFirstOrThrow();
  return row.count;
}
