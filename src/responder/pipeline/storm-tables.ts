import type { Database, Kysely, Migrations } from '../../store/store.ts';
import type { IncidentTables } from '../incidents/incidents.ts';

export type StormTables = {
  storms: {
    id: string;
    started_at_ms: number;
    /** When an incident joined it last. */
    newest_at_ms: number;
    /** Notices sent of it and of its incidents. */
    pages: number;
    /** Notices of its incidents that were not sent. */
    held: number;
    ended_at_ms: number | null;
  };
  /** The present episode of each incident: when it began by our clock, and the storm it is part of. */
  episodes: { incident_id: string; started_at_ms: number; storm_id: string | null };
};

export function stormTables(database: Database): Kysely<StormTables & IncidentTables> {
  return database.withTables<StormTables & IncidentTables>();
}

const INDEXES = [
  'CREATE INDEX storms_open ON storms (newest_at_ms) WHERE ended_at_ms IS NULL',
  'CREATE INDEX episodes_by_time ON episodes (started_at_ms)',
  'CREATE INDEX episodes_by_storm ON episodes (storm_id) WHERE storm_id IS NOT NULL',
];

export const STORM_MIGRATIONS: Migrations = {
  room: 'storms',
  steps: [
    {
      name: 'storms and episodes',
      statements: {
        sqlite: [
          `CREATE TABLE storms (
            id TEXT PRIMARY KEY, started_at_ms INTEGER NOT NULL, newest_at_ms INTEGER NOT NULL,
            pages INTEGER NOT NULL, held INTEGER NOT NULL, ended_at_ms INTEGER) STRICT`,
          `CREATE TABLE episodes (
            incident_id TEXT PRIMARY KEY, started_at_ms INTEGER NOT NULL, storm_id TEXT) STRICT`,
          ...INDEXES,
        ],
        postgresql: [
          `CREATE TABLE storms (
            id TEXT PRIMARY KEY, started_at_ms BIGINT NOT NULL, newest_at_ms BIGINT NOT NULL,
            pages BIGINT NOT NULL, held BIGINT NOT NULL, ended_at_ms BIGINT)`,
          `CREATE TABLE episodes (
            incident_id TEXT PRIMARY KEY, started_at_ms BIGINT NOT NULL, storm_id TEXT)`,
          ...INDEXES,
        ],
      },
    },
  ],
};
