import type { Migrations } from '../../../store/store.ts';

export type WindowTables = {
  maintenance_windows: {
    id: string;
    /** Rises with each: the newest first is by this number. */
    number: number;
    schedule: string | null;
    state: string;
    starts_at_ms: number;
    ends_at_ms: number;
    /** JSON of the whole window. */
    snapshot: string;
    /** 1 once nothing is left to be done about it: it ended, and its incidents were told of. */
    is_settled: number;
  };
  /** What happened to windows: links of the same chain of hashes as the journal of incidents. */
  window_journal: {
    id: number;
    /** The last entry of the journal of incidents before it: its place in the chain. */
    after_id: number;
    window_id: string;
    sequence: number;
    at_ms: number;
    kind: string;
    actor: string;
    /** JSON of the event without its kind and actor. */
    data: string;
    hash: string;
  };
  /** Incidents that are or were in a window. */
  window_incidents: {
    window_id: string;
    incident_id: string;
    /** What its end found: `open`, `over`, or null while the window goes on or when the incident left it before. */
    outcome: string | null;
    /** 1 while the incident is in it. */
    is_inside: number;
  };
};

const INDEXES = [
  'CREATE UNIQUE INDEX maintenance_windows_by_number ON maintenance_windows (number)',
  'CREATE INDEX maintenance_windows_unsettled ON maintenance_windows (starts_at_ms) WHERE is_settled = 0',
  'CREATE INDEX window_incidents_inside ON window_incidents (window_id) WHERE is_inside = 1',
];

const SQLITE_TRIGGERS = [
  `CREATE TRIGGER window_journal_keeps_entries BEFORE UPDATE ON window_journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
  `CREATE TRIGGER window_journal_loses_nothing BEFORE DELETE ON window_journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END`,
];

const POSTGRESQL_TRIGGERS = [
  `CREATE TRIGGER window_journal_keeps_entries BEFORE UPDATE OR DELETE ON window_journal
  FOR EACH ROW EXECUTE FUNCTION refuse_journal_change()`,
  `CREATE TRIGGER window_journal_loses_nothing BEFORE TRUNCATE ON window_journal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_journal_change()`,
];

/** After those of incidents, whose trigger function it uses. */
export const MAINTENANCE_MIGRATIONS: Migrations = {
  room: 'maintenance',
  steps: [
    {
      name: 'maintenance windows and their part of the journal',
      statements: {
        sqlite: [
          `CREATE TABLE maintenance_windows (
            id TEXT PRIMARY KEY, number INTEGER NOT NULL, schedule TEXT, state TEXT NOT NULL,
            starts_at_ms INTEGER NOT NULL, ends_at_ms INTEGER NOT NULL, snapshot TEXT NOT NULL,
            is_settled INTEGER NOT NULL) STRICT`,
          `CREATE TABLE window_journal (
            id INTEGER PRIMARY KEY, after_id INTEGER NOT NULL,
            window_id TEXT NOT NULL REFERENCES maintenance_windows (id) DEFERRABLE INITIALLY DEFERRED,
            sequence INTEGER NOT NULL, at_ms INTEGER NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
            data TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (window_id, sequence)) STRICT`,
          `CREATE TABLE window_incidents (
            window_id TEXT NOT NULL, incident_id TEXT NOT NULL, outcome TEXT, is_inside INTEGER NOT NULL,
            PRIMARY KEY (window_id, incident_id)) STRICT`,
          ...INDEXES,
          ...SQLITE_TRIGGERS,
        ],
        postgresql: [
          `CREATE TABLE maintenance_windows (
            id TEXT COLLATE "C" PRIMARY KEY, number BIGINT NOT NULL, schedule TEXT, state TEXT NOT NULL,
            starts_at_ms BIGINT NOT NULL, ends_at_ms BIGINT NOT NULL, snapshot TEXT NOT NULL,
            is_settled BIGINT NOT NULL)`,
          `CREATE TABLE window_journal (
            id BIGINT PRIMARY KEY, after_id BIGINT NOT NULL,
            window_id TEXT COLLATE "C" NOT NULL REFERENCES maintenance_windows (id) DEFERRABLE INITIALLY DEFERRED,
            sequence BIGINT NOT NULL, at_ms BIGINT NOT NULL, kind TEXT NOT NULL, actor TEXT NOT NULL,
            data TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (window_id, sequence))`,
          `CREATE TABLE window_incidents (
            window_id TEXT COLLATE "C" NOT NULL, incident_id TEXT COLLATE "C" NOT NULL, outcome TEXT,
            is_inside BIGINT NOT NULL, PRIMARY KEY (window_id, incident_id))`,
          ...INDEXES,
          ...POSTGRESQL_TRIGGERS,
        ],
      },
    },
  ],
};
