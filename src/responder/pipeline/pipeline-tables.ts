import type { Database, Generated, Kysely, Migrations } from '../../store/store.ts';
import type { QuarantineStatus } from './intake-tables.ts';

export type PipelineTables = {
  deliveries: {
    id: Generated<number>;
    sender: string;
    received_at_ms: number;
    group_key: string;
    truncated_alerts: number;
    /** The raw body as it came. */
    body: Uint8Array;
    /** Of the sender: which decoder the body is for. */
    kind: string;
    /** The Content-Encoding of the body, empty for none. */
    encoding: string;
    /** When the body and the key of the group were emptied. */
    body_forgotten_at_ms: number | null;
  };
  inbox: {
    id: Generated<number>;
    delivery_id: number;
    sender: string;
    fingerprint: string;
    status: string;
    /** JSON of the `AlertEvent`. */
    event: string;
    processed_at_ms: number | null;
    /** What became of it, in words. */
    outcome: string | null;
  };
  quarantine: {
    id: Generated<number>;
    sender: string;
    received_at_ms: number;
    body: Uint8Array;
    /** JSON of the problems. */
    problems: string;
    kind: string;
    encoding: string;
    status: Generated<QuarantineStatus>;
    /** SHA-256 of the body. */
    digest: string;
    bytes: number;
    /** How often the same body came, and when for the last time. */
    copies: Generated<number>;
    last_received_at_ms: number;
    /** Under which those of its events got in that could be read. */
    delivery_id: number | null;
    decided_at_ms: number | null;
    decided_by: string | null;
    note: string | null;
    /** When the body and the problems were emptied; `bytes` and `digest` stay those of the body. */
    body_forgotten_at_ms: number | null;
  };
  heartbeats: { name: string; sender: string; last_seen_at_ms: number };
  due_work: {
    incident_id: string;
    work: string;
    due_at_ms: number;
    attempts: number;
    /** The replica that does it now, empty when none does, and the number of its claim. */
    holder: Generated<string>;
    claim: Generated<number>;
  };
  evidence: { id: Generated<number>; incident_id: string; at_ms: number; evidence: string };
  diagnosis_labels: {
    id: Generated<number>;
    incident_id: string;
    at_ms: number;
    actor: string;
    class: string;
    /** JSON of the evidence that the diagnosis looked at; null when there was none. */
    evidence: string | null;
    /** See label-origin.ts; `actor` is who or what said so. */
    origin: string;
  };
};

export function pipelineTables(database: Database): Kysely<PipelineTables> {
  return database.withTables<PipelineTables>();
}

/** Whether events wait; needs no lock. */
export async function hasUnprocessed(database: Database): Promise<boolean> {
  const row = await pipelineTables(database)
    .selectFrom('inbox')
    .select('id')
    .where('processed_at_ms', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export const PIPELINE_MIGRATIONS: Migrations = {
  room: 'pipeline',
  steps: [
    {
      name: 'inbox, quarantine, heartbeats, due work, evidence and labels',
      statements: {
        sqlite: [
          `CREATE TABLE deliveries (
          id INTEGER PRIMARY KEY, sender TEXT NOT NULL, received_at_ms INTEGER NOT NULL,
          group_key TEXT NOT NULL, truncated_alerts INTEGER NOT NULL, body BLOB NOT NULL) STRICT`,
          `CREATE TABLE inbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT, delivery_id INTEGER NOT NULL REFERENCES deliveries (id),
          sender TEXT NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL, event TEXT NOT NULL,
          processed_at_ms INTEGER, outcome TEXT) STRICT`,
          'CREATE INDEX inbox_unprocessed ON inbox (id) WHERE processed_at_ms IS NULL',
          'CREATE INDEX inbox_by_alert ON inbox (sender, fingerprint, id)',
          `CREATE TABLE quarantine (
          id INTEGER PRIMARY KEY, sender TEXT NOT NULL, received_at_ms INTEGER NOT NULL,
          body BLOB NOT NULL, problems TEXT NOT NULL) STRICT`,
          `CREATE TABLE heartbeats (
          name TEXT NOT NULL, sender TEXT NOT NULL, last_seen_at_ms INTEGER NOT NULL,
          PRIMARY KEY (name, sender)) STRICT`,
          `CREATE TABLE due_work (
          incident_id TEXT NOT NULL, work TEXT NOT NULL, due_at_ms INTEGER NOT NULL,
          attempts INTEGER NOT NULL, PRIMARY KEY (incident_id, work)) STRICT`,
          'CREATE INDEX due_work_by_time ON due_work (due_at_ms)',
          `CREATE TABLE evidence (
          id INTEGER PRIMARY KEY, incident_id TEXT NOT NULL, at_ms INTEGER NOT NULL,
          evidence TEXT NOT NULL) STRICT`,
          'CREATE INDEX evidence_by_incident ON evidence (incident_id, id)',
          `CREATE TABLE diagnosis_labels (
          id INTEGER PRIMARY KEY, incident_id TEXT NOT NULL, at_ms INTEGER NOT NULL,
          actor TEXT NOT NULL, class TEXT NOT NULL, evidence TEXT) STRICT`,
        ],
        postgresql: [
          `CREATE TABLE deliveries (
          id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, sender TEXT NOT NULL, received_at_ms BIGINT NOT NULL,
          group_key TEXT NOT NULL, truncated_alerts BIGINT NOT NULL, body BYTEA NOT NULL)`,
          `CREATE TABLE inbox (
          id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, delivery_id BIGINT NOT NULL REFERENCES deliveries (id),
          sender TEXT NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL, event TEXT NOT NULL,
          processed_at_ms BIGINT, outcome TEXT)`,
          'CREATE INDEX inbox_unprocessed ON inbox (id) WHERE processed_at_ms IS NULL',
          'CREATE INDEX inbox_by_alert ON inbox (sender, fingerprint, id)',
          `CREATE TABLE quarantine (
          id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, sender TEXT NOT NULL, received_at_ms BIGINT NOT NULL,
          body BYTEA NOT NULL, problems TEXT NOT NULL)`,
          `CREATE TABLE heartbeats (
          name TEXT NOT NULL, sender TEXT NOT NULL, last_seen_at_ms BIGINT NOT NULL,
          PRIMARY KEY (name, sender))`,
          `CREATE TABLE due_work (
          incident_id TEXT NOT NULL, work TEXT NOT NULL, due_at_ms BIGINT NOT NULL,
          attempts BIGINT NOT NULL, PRIMARY KEY (incident_id, work))`,
          'CREATE INDEX due_work_by_time ON due_work (due_at_ms)',
          `CREATE TABLE evidence (
          id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, incident_id TEXT NOT NULL, at_ms BIGINT NOT NULL,
          evidence TEXT NOT NULL)`,
          'CREATE INDEX evidence_by_incident ON evidence (incident_id, id)',
          `CREATE TABLE diagnosis_labels (
          id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, incident_id TEXT NOT NULL, at_ms BIGINT NOT NULL,
          actor TEXT NOT NULL, class TEXT NOT NULL, evidence TEXT)`,
        ],
      },
    },
  ],
};
