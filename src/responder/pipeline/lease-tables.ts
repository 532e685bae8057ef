import type { Database, Kysely, Migrations } from '../../store/store.ts';

export type LeaseTables = {
  leases: {
    /** Of a periodic task, or of a replica that is alive (see `replicaLease`). */
    name: string;
    /** The replica that holds it; empty when none does. */
    holder: string;
    /** Rises whenever the holder changes. */
    fence: number;
    /** Rises while the holder is alive. */
    renewals: number;
    /** By the clock of the holder, for people alone: no replica decides by the clock of another. */
    expires_at_ms: number;
  };
};

export function leaseTables(database: Database): Kysely<LeaseTables> {
  return database.withTables<LeaseTables>();
}

const TABLE = `CREATE TABLE leases (
  name TEXT PRIMARY KEY, holder TEXT NOT NULL, fence BIGINT NOT NULL, renewals BIGINT NOT NULL,
  expires_at_ms BIGINT NOT NULL)`;

const CLAIMS = [
  "ALTER TABLE due_work ADD COLUMN holder TEXT NOT NULL DEFAULT ''",
  'ALTER TABLE due_work ADD COLUMN claim BIGINT NOT NULL DEFAULT 0',
];

/** After the pipeline's: its due work is claimed. */
export const LEASE_MIGRATIONS: Migrations = {
  room: 'leases',
  steps: [
    {
      name: 'leases of replicas, and claims of due work',
      statements: {
        sqlite: [
          `${TABLE.replaceAll('BIGINT', 'INTEGER')} STRICT`,
          ...CLAIMS.map((statement) => statement.replace('BIGINT', 'INTEGER')),
        ],
        postgresql: [TABLE, ...CLAIMS],
      },
    },
  ],
};
