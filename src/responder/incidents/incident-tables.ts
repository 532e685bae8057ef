import type { Generated, Migrations } from '../../store/store.ts';

export type IncidentTables = {
  incidents: {
    id: string;
    scope: string;
    target: string | null;
    phase: string;
    severity: string;
    /** The corrected class, else the answer of the diagnosis, else null. */
    fault_class: string | null;
    reported_at_ms: number;
    updated_at_ms: number;
    /** What a text is looked for in, in lower case. */
    search_text: string;
    /** JSON of the whole snapshot. */
    snapshot: string;
  };
  journal: {
    id: Generated<number>;
    incident_id: string;
    sequence: number;
    at_ms: number;
    kind: string;
    phase: string;
    actor: string;
    /** JSON of the event without its kind and actor. */
    data: string;
    /** See journal-chain.ts; null for entries of before the chain. */
    hash: string | null;
  };
  /** One row: the last entry of the journal and its hash. */
  journal_head: { last_id: number; hash: string };
};

export const INCIDENT_MIGRATIONS: Migrations = {
  room: 'incidents',
  steps: [
    {
      name: 'incidents and their journal',
      statements: [
        `CREATE TABLE incidents (
          id TEXT PRIMARY KEY, scope TEXT NOT NULL, target TEXT, phase TEXT NOT NULL,
          severity TEXT NOT NULL, fault_class TEXT, reported_at_ms INTEGER NOT NULL,
          updated_at_ms INTEGER NOT NULL, snapshot TEXT NOT NULL) STRICT`,
        // At most one open incident per scope, whatever a defect of ours may try.
        `CREATE UNIQUE INDEX incidents_open ON incidents (scope)
          WHERE phase NOT IN ('resolved', 'closed')`,
        'CREATE INDEX incidents_by_scope ON incidents (scope, reported_at_ms)',
        'CREATE INDEX incidents_by_time ON incidents (reported_at_ms)',
        `CREATE TABLE journal (
          id INTEGER PRIMARY KEY AUTOINCREMENT, incident_id TEXT NOT NULL
            REFERENCES incidents (id) DEFERRABLE INITIALLY DEFERRED,
          sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, phase TEXT NOT NULL,
          actor TEXT NOT NULL, data TEXT NOT NULL, UNIQUE (incident_id, sequence)) STRICT`,
        `CREATE TRIGGER journal_keeps_entries BEFORE UPDATE ON journal
          BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
        `CREATE TRIGGER journal_loses_nothing BEFORE DELETE ON journal
          BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
      ],
    },
    {
      name: 'the journal is a hash chain',
      statements: {
        sqlite: [
          'ALTER TABLE journal ADD hash TEXT',
          'CREATE TABLE journal_head (last_id INTEGER NOT NULL, hash TEXT NOT NULL) STRICT',
          "INSERT INTO journal_head SELECT COALESCE(MAX(id), 0), '' FROM journal",
        ],
        postgresql: [
          'ALTER TABLE journal ADD hash TEXT',
          'CREATE TABLE journal_head (last_id BIGINT NOT NULL, hash TEXT NOT NULL)',
          "INSERT INTO journal_head SELECT COALESCE(MAX(id), 0), '' FROM journal",
        ],
      },
    },
    {
      name: 'text to search in',
      // What older incidents get is approximate; the next change of each writes it anew.
      statements: {
        sqlite: [
          "ALTER TABLE incidents ADD COLUMN search_text TEXT NOT NULL DEFAULT ''",
          `UPDATE incidents SET search_text = lower(id || ' ' || coalesce(target, '') || ' '
            || coalesce(json_extract(snapshot, '$.title'), '') || ' ' || coalesce(fault_class, '') || ' '
            || replace(coalesce(fault_class, ''), '_', ' '))`,
        ],
        postgresql: [
          "ALTER TABLE incidents ADD COLUMN search_text TEXT NOT NULL DEFAULT ''",
          `UPDATE incidents SET search_text = lower(id || ' ' || coalesce(target, '') || ' '
            || coalesce(snapshot::json ->> 'title', '') || ' ' || coalesce(fault_class, '') || ' '
            || replace(coalesce(fault_class, ''), '_', ' '))`,
        ],
      },
    },
  ],
};
