import type { Generated, Migrations } from '../../store/store.ts';

export type OutboxTables = {
  outbox: {
    /** Also the id of the message, stable over retries. */
    id: string;
    incident_id: string;
    channel: string;
    notice: string;
    /** JSON of the `NoticeMessage`. */
    message: string;
    state: string;
    created_at_ms: number;
    due_at_ms: number;
    attempts: number;
    /** Until when a sender holds it; 0 when none does. */
    lease_until_ms: number;
    last_error: string | null;
    finished_at_ms: number | null;
    /** Rises with each notice: those of the same moment are sent in this order. */
    number: number;
    /** The replica that sends it now; empty when none does. */
    holder: Generated<string>;
  };
};

export const OUTBOX_MIGRATIONS: Migrations = {
  room: 'notify',
  steps: [
    {
      name: 'outbox of notifications',
      statements: {
        sqlite: [
          `CREATE TABLE outbox (
          id TEXT PRIMARY KEY, incident_id TEXT NOT NULL, channel TEXT NOT NULL, notice TEXT NOT NULL,
          message TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
          created_at_ms INTEGER NOT NULL, due_at_ms INTEGER NOT NULL, attempts INTEGER NOT NULL,
          lease_until_ms INTEGER NOT NULL, last_error TEXT, finished_at_ms INTEGER) STRICT`,
          "CREATE INDEX outbox_pending ON outbox (due_at_ms) WHERE state = 'pending'",
          'CREATE INDEX outbox_by_incident ON outbox (incident_id)',
        ],
        postgresql: [
          `CREATE TABLE outbox (
          id TEXT COLLATE "C" PRIMARY KEY, incident_id TEXT NOT NULL, channel TEXT NOT NULL, notice TEXT NOT NULL,
          message TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'dead')),
          created_at_ms BIGINT NOT NULL, due_at_ms BIGINT NOT NULL, attempts BIGINT NOT NULL,
          lease_until_ms BIGINT NOT NULL, last_error TEXT, finished_at_ms BIGINT)`,
          "CREATE INDEX outbox_pending ON outbox (due_at_ms) WHERE state = 'pending'",
          'CREATE INDEX outbox_by_incident ON outbox (incident_id)',
        ],
      },
    },
    {
      name: 'notices of one moment keep their order',
      statements: {
        sqlite: [
          'ALTER TABLE outbox ADD COLUMN number INTEGER NOT NULL DEFAULT 0',
          'CREATE INDEX outbox_by_number ON outbox (number)',
        ],
        postgresql: [
          'ALTER TABLE outbox ADD COLUMN number BIGINT NOT NULL DEFAULT 0',
          'CREATE INDEX outbox_by_number ON outbox (number)',
        ],
      },
    },
    {
      name: 'notices know which replica sends them',
      statements: {
        sqlite: ["ALTER TABLE outbox ADD COLUMN holder TEXT NOT NULL DEFAULT ''"],
        postgresql: ["ALTER TABLE outbox ADD COLUMN holder TEXT NOT NULL DEFAULT ''"],
      },
    },
  ],
};
