import { sql } from 'kysely';

import { readJournal, findIncidents } from '../../../src/responder/incidents/incidents.ts';
import type { Incident, JournalEntry } from '../../../src/responder/incidents/incidents.ts';
import type { Database } from '../../../src/store/store.ts';

/** Everything in a database that the invariants are about. */
export type Rows = {
  readonly deliveries: readonly {
    readonly id: number;
    readonly body: Uint8Array;
  }[];
  readonly inbox: readonly {
    readonly delivery_id: number;
    readonly fingerprint: string;
    readonly status: string;
    readonly event: string;
    readonly processed_at_ms: number | null;
    readonly outcome: string | null;
  }[];
  readonly quarantine: readonly { readonly body: Uint8Array; readonly status: string }[];
  readonly outbox: readonly {
    readonly id: string;
    readonly incident_id: string;
    readonly notice: string;
    readonly state: string;
  }[];
  readonly dueWork: readonly { readonly incident_id: string; readonly work: string }[];
  readonly incidents: readonly Incident[];
  readonly journals: ReadonlyMap<string, readonly JournalEntry[]>;
};

const INCIDENTS_PER_PAGE = 500;

export async function readRows(database: Database): Promise<Rows> {
  const all = async <Row>(table: string, columns: string, order: string): Promise<Row[]> =>
    (await sql.raw<Row>(`SELECT ${columns} FROM ${table} ORDER BY ${order}`).execute(database))
      .rows;
  const incidents = await readIncidents(database);
  const journals = new Map<string, readonly JournalEntry[]>();
  for (const { id } of incidents) journals.set(id, await readJournal(database, id));
  const events = 'delivery_id, fingerprint, status, event, processed_at_ms, outcome';
  return {
    deliveries: await all('deliveries', 'id, body', 'id'),
    inbox: await all('inbox', events, 'id'),
    quarantine: await all('quarantine', 'body, status', 'id'),
    outbox: await all('outbox', 'id, incident_id, notice, state', 'number'),
    dueWork: await all('due_work', 'incident_id, work', 'incident_id, work'),
    incidents,
    journals,
  };
}

async function readIncidents(database: Database): Promise<readonly Incident[]> {
  const found: Incident[] = [];
  for (let page: readonly Incident[] = []; ;) {
    const last = page.at(-1);
    const after = last === undefined ? {} : { beforeId: last.id };
    page = await findIncidents(database, { limit: INCIDENTS_PER_PAGE, ...after });
    if (page.length === 0) return found;
    found.push(...page);
  }
}

/** What is still to be done, in words; empty when the responder is at rest. */
export async function readUnfinished(database: Database): Promise<string> {
  const { rows } = await sql<{ readonly what: string; readonly number: number }>`
    SELECT 'events in the inbox' AS what, count(*) AS number FROM inbox WHERE processed_at_ms IS NULL
    UNION ALL SELECT 'works that are due', count(*) FROM due_work
    UNION ALL SELECT 'notices on their way', count(*) FROM outbox WHERE state = 'pending'`.execute(
    database,
  );
  return rows
    .filter(({ number }) => number > 0)
    .map(({ what, number }) => `${number} ${what}`)
    .join(', ');
}
