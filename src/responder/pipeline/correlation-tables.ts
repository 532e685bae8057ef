import { partsOf, sha256Hex } from '../../std/std.ts';
import type { Database, DatabaseTransaction, Kysely, Migrations } from '../../store/store.ts';
import { sourceOf } from '../alerts/alerts.ts';
import type { AlertEvent } from '../alerts/alerts.ts';

type CorrelationTables = {
  /** Alerts that are elsewhere than in the incident of their scope: where their resolves and repeats belong. */
  alert_homes: { alert_key: string; incident_id: string };
  /** The newest incident that was opened by an alert with these values of the labels of a rule. */
  label_keys: { label_key: string; incident_id: string };
};

function tables(database: Database): Kysely<CorrelationTables> {
  return database.withTables<CorrelationTables>();
}

const STATEMENTS = [
  'CREATE TABLE alert_homes (alert_key TEXT PRIMARY KEY, incident_id TEXT NOT NULL)',
  'CREATE TABLE label_keys (label_key TEXT PRIMARY KEY, incident_id TEXT NOT NULL)',
];

const INDEXES = [
  'CREATE INDEX alert_homes_by_incident ON alert_homes (incident_id)',
  'CREATE INDEX label_keys_by_incident ON label_keys (incident_id)',
];

export const CORRELATION_MIGRATIONS: Migrations = {
  room: 'correlation',
  steps: [
    {
      name: 'homes of alerts and keys of labels',
      statements: {
        sqlite: STATEMENTS.map((statement) => `${statement} STRICT`),
        postgresql: STATEMENTS,
      },
    },
    {
      name: 'homes and keys by their incident',
      statements: {
        sqlite: INDEXES,
        postgresql: INDEXES,
      },
    },
  ],
};

type AlertKey = Pick<AlertEvent, 'sender' | 'source' | 'fingerprint'>;

/** Hashed, since labels may be long. */
function alertKey(event: AlertKey): string {
  return sha256Hex(JSON.stringify([sourceOf(event), event.fingerprint]));
}

export async function hasHomes(database: Database): Promise<boolean> {
  const row = await tables(database)
    .selectFrom('alert_homes')
    .select('incident_id')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function findHome(database: Database, event: AlertKey): Promise<string | null> {
  const row = await tables(database)
    .selectFrom('alert_homes')
    .select('incident_id')
    .where('alert_key', '=', alertKey(event))
    .executeTakeFirst();
  return row?.incident_id ?? null;
}

const KEYS_PER_QUERY = 300;

/** The homes of these alerts, each once. */
export async function findHomes(
  database: Database,
  alerts: readonly AlertKey[],
): Promise<readonly string[]> {
  const homes = new Set<string>();
  for (const part of partsOf(alerts.map(alertKey), KEYS_PER_QUERY)) {
    const rows = await tables(database)
      .selectFrom('alert_homes')
      .select('incident_id')
      .distinct()
      .where('alert_key', 'in', part)
      .execute();
    for (const row of rows) homes.add(row.incident_id);
  }
  return [...homes];
}

export async function keepHome(
  transaction: DatabaseTransaction,
  event: AlertKey,
  incidentId: string,
): Promise<void> {
  await tables(transaction)
    .insertInto('alert_homes')
    .values({ alert_key: alertKey(event), incident_id: incidentId })
    .onConflict((conflict) => conflict.column('alert_key').doUpdateSet({ incident_id: incidentId }))
    .execute();
}

export async function findByLabels(database: Database, key: string): Promise<string | null> {
  const row = await tables(database)
    .selectFrom('label_keys')
    .select('incident_id')
    .where('label_key', '=', sha256Hex(key))
    .executeTakeFirst();
  return row?.incident_id ?? null;
}

export async function keepLabels(
  transaction: DatabaseTransaction,
  key: string,
  incidentId: string,
): Promise<void> {
  await tables(transaction)
    .insertInto('label_keys')
    .values({ label_key: sha256Hex(key), incident_id: incidentId })
    .onConflict((conflict) => conflict.column('label_key').doUpdateSet({ incident_id: incidentId }))
    .execute();
}

/**
 * Forgets where alerts of an incident that is over belonged. Homes are under a hash of the fingerprint, and keys under
 * one of the values of labels.
 */
export async function forgetPlaces(
  transaction: DatabaseTransaction,
  incidentId: string,
  { keepHomes }: { readonly keepHomes: boolean },
): Promise<void> {
  const database = tables(transaction);
  await database.deleteFrom('label_keys').where('incident_id', '=', incidentId).execute();
  if (keepHomes) return;
  await database.deleteFrom('alert_homes').where('incident_id', '=', incidentId).execute();
}
