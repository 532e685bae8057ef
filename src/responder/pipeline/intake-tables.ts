import type { Migrations } from '../../store/store.ts';

/** What became of an entry; it is never deleted by what people do with it. */
export type QuarantineStatus = 'kept' | 'replayed' | 'discarded';

function steps(integer: 'INTEGER' | 'BIGINT'): readonly string[] {
  const column = (table: string, definition: string): string =>
    `ALTER TABLE ${table} ADD COLUMN ${definition}`;
  return [
    column('deliveries', `kind TEXT NOT NULL DEFAULT 'alertmanager'`),
    column('deliveries', `encoding TEXT NOT NULL DEFAULT ''`),
    column('quarantine', `kind TEXT NOT NULL DEFAULT 'alertmanager'`),
    column('quarantine', `encoding TEXT NOT NULL DEFAULT ''`),
    column('quarantine', `status TEXT NOT NULL DEFAULT 'kept'`),
    column('quarantine', `digest TEXT NOT NULL DEFAULT ''`),
    column('quarantine', `bytes ${integer} NOT NULL DEFAULT 0`),
    column('quarantine', `copies ${integer} NOT NULL DEFAULT 1`),
    column('quarantine', `last_received_at_ms ${integer} NOT NULL DEFAULT 0`),
    column('quarantine', `delivery_id ${integer}`),
    column('quarantine', `decided_at_ms ${integer}`),
    column('quarantine', 'decided_by TEXT'),
    column('quarantine', 'note TEXT'),
    'UPDATE quarantine SET bytes = length(body), last_received_at_ms = received_at_ms',
    `CREATE INDEX quarantine_kept ON quarantine (id) WHERE status = 'kept'`,
    'CREATE INDEX quarantine_by_digest ON quarantine (digest)',
  ];
}

/** A room of its own in the ledger, since the tables were made by the first step of the pipeline's. */
function retentionSteps(integer: 'INTEGER' | 'BIGINT'): readonly string[] {
  return [
    `ALTER TABLE deliveries ADD COLUMN body_forgotten_at_ms ${integer}`,
    `ALTER TABLE quarantine ADD COLUMN body_forgotten_at_ms ${integer}`,
    `CREATE INDEX deliveries_with_body ON deliveries (received_at_ms) WHERE body_forgotten_at_ms IS NULL`,
    // Without it, taking out a delivery would mean to look through all events.
    'CREATE INDEX inbox_by_delivery ON inbox (delivery_id)',
    'CREATE INDEX quarantine_sizes ON quarantine (body_forgotten_at_ms, bytes)',
    'CREATE INDEX quarantine_decided ON quarantine (decided_at_ms)',
    'CREATE INDEX evidence_labels_by_incident ON diagnosis_labels (incident_id)',
  ];
}

export const INTAKE_MIGRATIONS: Migrations = {
  room: 'intake',
  steps: [
    {
      name: 'kinds of senders, and what became of what is in quarantine',
      statements: { sqlite: steps('INTEGER'), postgresql: steps('BIGINT') },
    },
    {
      name: 'bodies that are forgotten',
      statements: { sqlite: retentionSteps('INTEGER'), postgresql: retentionSteps('BIGINT') },
    },
  ],
};
