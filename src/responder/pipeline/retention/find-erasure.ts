import type { Database, Kysely } from '../../../store/store.ts';
import type { Mask } from '../../alerts/alerts.ts';
import { findIncident, isOpen, unknownIncident } from '../../incidents/incidents.ts';
import type { Incident, IncidentTables, Phase } from '../../incidents/incidents.ts';
import type { OutboxTables } from '../../notify/notify.ts';
import type { IdempotencyTables } from '../idempotency.ts';
import type { PipelineTables } from '../pipeline-tables.ts';
import { createFinder } from './erasure-subject.ts';
import type { ErasureSubject, Finder } from './erasure-subject.ts';

/** What would go, found without changing anything. */
export type ErasurePlan = {
  readonly incidents: readonly { readonly id: string; readonly phase: Phase }[];
  /** Incidents that hold the subject and are still open: they are needed, and left alone. */
  readonly open: readonly string[];
  /** Events, by the identifiers of the inbox, that were processed. */
  readonly events: readonly number[];
  /** Events that still wait for processing: what they lead to is to be erased later. */
  readonly waitingEvents: number;
  readonly deliveries: readonly number[];
  readonly quarantine: readonly number[];
  readonly requests: readonly { readonly actor: string; readonly key: string }[];
};

type AllTables = IncidentTables & OutboxTables & PipelineTables & IdempotencyTables;

const PAGE = 200;
/** Bodies may weigh 64 MB each. */
const BODIES_PAGE = 4;
const ROWS_PER_QUERY = 300;

function tablesOf(database: Database): Kysely<AllTables> {
  return database.withTables<AllTables>();
}

/** Looks through everything that may hold personal data, in pages. Throws `unknown_incident`. */
export async function findErasure(
  database: Database,
  subject: ErasureSubject,
  mask: Mask,
): Promise<ErasurePlan> {
  const found = subject.kind === 'incident' ? null : createFinder(subject, mask);
  const ids =
    found === null
      ? [subject.kind === 'incident' ? subject.id : '']
      : [...(await findIncidentIds(database, found))];
  const incidents: Incident[] = [];
  for (const id of ids) {
    const incident = await findIncident(database, id);
    if (incident === null) throw unknownIncident(id);
    incidents.push(incident);
  }
  const over = incidents.filter(({ phase }) => !isOpen(phase));
  const events = await findEvents(database, found, over);
  const deliveries = new Set(events.deliveries);
  if (found !== null) for (const id of await findBodies(database, found)) deliveries.add(id);
  return {
    incidents: over.map(({ id, phase }) => ({ id, phase })),
    open: incidents.filter(({ phase }) => isOpen(phase)).map(({ id }) => id),
    events: events.processed,
    waitingEvents: events.waiting,
    deliveries: [...deliveries],
    quarantine: found === null ? [] : await findQuarantined(database, found),
    requests: found === null ? [] : await findRequests(database, found),
  };
}

/** Pages through a table by its number. */
async function eachPage<T extends { readonly id: number }>(
  read: (afterId: number) => Promise<readonly T[]>,
  see: (row: T) => void,
): Promise<void> {
  for (let afterId = 0; ;) {
    const rows = await read(afterId);
    rows.forEach((row) => see(row));
    const last = rows.at(-1);
    if (last === undefined) return;
    afterId = last.id;
  }
}

/** Whatever hangs on an incident: its snapshot, its journal, its notices, its evidence. */
async function findIncidentIds(database: Database, found: Finder): Promise<ReadonlySet<string>> {
  const tables = tablesOf(database);
  const ids = new Set<string>();
  const note = (incidentId: string, json: string | null): void => {
    if (json !== null && found.inJson(json)) ids.add(incidentId);
  };
  await eachPage(
    async (afterId) => {
      const query = tables
        .selectFrom('incidents')
        .select(['number as id', 'id as incident', 'snapshot']);
      return query.where('number', '>', afterId).orderBy('number').limit(PAGE).execute();
    },
    ({ incident, snapshot }) => note(incident, snapshot),
  );
  await eachPage(
    async (afterId) => {
      const query = tables.selectFrom('journal').select(['id', 'incident_id', 'data']);
      return query.where('id', '>', afterId).orderBy('id').limit(PAGE).execute();
    },
    (row) => note(row.incident_id, row.data),
  );
  await eachPage(
    async (afterId) => {
      const query = tables
        .selectFrom('outbox')
        .select(['number as id', 'incident_id', 'message', 'last_error']);
      return query.where('number', '>', afterId).orderBy('number').limit(PAGE).execute();
    },
    (row) => {
      note(row.incident_id, row.message);
      note(row.incident_id, row.last_error);
    },
  );
  for (const table of ['evidence', 'diagnosis_labels'] as const) {
    await eachPage(
      async (afterId) => {
        const query = tables.selectFrom(table).select(['id', 'incident_id', 'evidence']);
        return query.where('id', '>', afterId).orderBy('id').limit(PAGE).execute();
      },
      (row) => note(row.incident_id, row.evidence),
    );
  }
  return ids;
}

type FoundEvents = {
  readonly processed: readonly number[];
  readonly waiting: number;
  readonly deliveries: ReadonlySet<number>;
};

/** Those that hold the subject, and all of the alerts of the incidents that go. */
async function findEvents(
  database: Database,
  found: Finder | null,
  incidents: readonly Incident[],
): Promise<FoundEvents> {
  const tables = tablesOf(database);
  const processed = new Set<number>();
  const waiting = new Set<number>();
  const deliveries = new Set<number>();
  const columns = ['id', 'sender', 'delivery_id', 'processed_at_ms'] as const;
  type Row = {
    readonly id: number;
    readonly delivery_id: number;
    readonly processed_at_ms: number | null;
  };
  const note = (row: Row): void => {
    (row.processed_at_ms === null ? waiting : processed).add(row.id);
    deliveries.add(row.delivery_id);
  };
  if (found !== null) {
    await eachPage(
      async (afterId) => {
        const query = tables.selectFrom('inbox').select([...columns, 'event']);
        return query.where('id', '>', afterId).orderBy('id').limit(PAGE).execute();
      },
      (row) => {
        if (found.inJson(row.event, row.sender)) note(row);
      },
    );
  }
  for (const { alerts } of incidents) {
    const bySender = Map.groupBy(alerts, ({ sender }) => sender);
    for (const [sender, told] of bySender) {
      for (let from = 0; from < told.length; from += ROWS_PER_QUERY) {
        const part = told.slice(from, from + ROWS_PER_QUERY);
        const rows = await tables
          .selectFrom('inbox')
          .select(columns)
          .where('sender', '=', sender)
          .where('fingerprint', 'in', [...new Set(part.map(({ fingerprint }) => fingerprint))])
          .execute();
        rows.forEach(note);
      }
    }
  }
  return { processed: [...processed], waiting: waiting.size, deliveries };
}

async function findBodies(database: Database, found: Finder): Promise<readonly number[]> {
  const ids: number[] = [];
  const tables = tablesOf(database);
  await eachPage(
    async (afterId) =>
      tables
        .selectFrom('deliveries')
        .select(['id', 'sender', 'encoding', 'body', 'group_key'])
        .where('id', '>', afterId)
        .where('body_forgotten_at_ms', 'is', null)
        .orderBy('id')
        .limit(BODIES_PAGE)
        .execute(),
    ({ id, body, encoding, sender, group_key: groupKey }) => {
      if (found.inBody(body, encoding, sender) || found.inText(groupKey)) ids.push(id);
    },
  );
  return ids;
}

async function findQuarantined(database: Database, found: Finder): Promise<readonly number[]> {
  const ids: number[] = [];
  const tables = tablesOf(database);
  await eachPage(
    async (afterId) =>
      tables
        .selectFrom('quarantine')
        .select(['id', 'sender', 'encoding', 'body', 'problems', 'note'])
        .where('id', '>', afterId)
        .orderBy('id')
        .limit(BODIES_PAGE)
        .execute(),
    ({ id, body, encoding, sender, problems, note }) => {
      const isIn =
        found.inBody(body, encoding, sender) || found.inText(`${problems} ${note ?? ''}`);
      if (isIn) ids.push(id);
    },
  );
  return ids;
}

/** Answers that are kept for requests that come twice; a day's worth. */
async function findRequests(
  database: Database,
  found: Finder,
): Promise<readonly { readonly actor: string; readonly key: string }[]> {
  const rows = await tablesOf(database)
    .selectFrom('idempotency_keys')
    .select(['actor', 'request_key', 'answer'])
    .execute();
  return rows
    .filter((row) => found.inText(row.request_key) || found.inText(row.answer))
    .map((row) => ({ actor: row.actor, key: row.request_key }));
}
