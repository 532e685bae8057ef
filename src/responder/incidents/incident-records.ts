import { CrmwatchError, crashPoint } from '../../std/std.ts';
import type { Severity } from '../../catalog/catalog.ts';
import type { Database, DatabaseTransaction, Kysely, Selectable } from '../../store/store.ts';
import type { IncidentEvent } from './incident-event.ts';
import type { IncidentTables } from './incident-tables.ts';
import type { Incident, Phase } from './incident.ts';
import { hashOf, moveHead, takePlace } from './journal-chain.ts';
import type { JournalEntry } from './journal.ts';
import { searchTextOf } from './search-text.ts';

export type IncidentFilter = {
  readonly open?: boolean;
  readonly phase?: Phase;
  readonly severity?: Severity;
  readonly target?: string;
  /** Is in the identifier, target, title, diagnosis or an alert's name, in whatever case. */
  readonly text?: string;
  /** Only incidents reported before this one: the next page. */
  readonly beforeId?: string;
  /** At most 501, a page of 500 and a look at whether there is more; default 100. */
  readonly limit?: number;
};

const MAXIMUM_PAGE = 501;

function tables(database: Database): Kysely<IncidentTables> {
  return database.withTables<IncidentTables>();
}

/** The newest first. */
export async function findIncidents(
  database: Database,
  filter: IncidentFilter = {},
): Promise<readonly Incident[]> {
  let query = tables(database).selectFrom('incidents').select('snapshot');
  if (filter.open !== undefined) {
    query = query.where('phase', filter.open ? 'not in' : 'in', ['resolved', 'closed']);
  }
  if (filter.phase !== undefined) query = query.where('phase', '=', filter.phase);
  if (filter.severity !== undefined) query = query.where('severity', '=', filter.severity);
  if (filter.target !== undefined) query = query.where('target', '=', filter.target);
  if (filter.text !== undefined && filter.text !== '') {
    const text = filter.text.toLowerCase();
    // Without the text it is another one: so it is in there, literally, on every engine.
    query = query.where((where) =>
      where(
        where.fn<string>('replace', ['search_text', where.val(text), where.val('')]),
        '<>',
        where.ref('search_text'),
      ),
    );
  }
  // Identifiers begin with the time, so they sort as the incidents were opened.
  if (filter.beforeId !== undefined) query = query.where('id', '<', filter.beforeId);
  const limit = Math.min(filter.limit ?? 100, MAXIMUM_PAGE);
  const rows = await query.orderBy('id', 'desc').limit(limit).execute();
  return rows.map((row) => JSON.parse(row.snapshot) as Incident);
}

export async function findIncident(database: Database, id: string): Promise<Incident | null> {
  const row = await tables(database)
    .selectFrom('incidents')
    .select('snapshot')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.snapshot) as Incident);
}

export async function findNewestOfScope(
  database: Database,
  scope: string,
): Promise<Incident | null> {
  const row = await tables(database)
    .selectFrom('incidents')
    .select('snapshot')
    .where('scope', '=', scope)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.snapshot) as Incident);
}

/** Writes the snapshot; several events of one transaction need it only once, after the last of them. */
export async function saveSnapshot(
  transaction: DatabaseTransaction,
  incident: Incident,
): Promise<void> {
  const { id, scope, target, phase, severity } = incident;
  const changing = {
    phase,
    severity,
    fault_class: incident.correctedClass ?? incident.diagnosis?.answer ?? null,
    updated_at_ms: incident.updatedAtMs,
    search_text: searchTextOf(incident),
    snapshot: JSON.stringify(incident),
  };
  await tables(transaction)
    .insertInto('incidents')
    .values((insert) => ({
      id,
      scope,
      target,
      reported_at_ms: incident.reportedAtMs,
      // Transactions run one after the other, so no other one takes the same number.
      number: insert
        .selectFrom('incidents')
        .select((select) =>
          select(select.fn.coalesce(select.fn.max('number'), select.lit(0)), '+', 1).as('next'),
        ),
      ...changing,
    }))
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
    .execute();
}

/** Appends an event to the journal; `incident` is the snapshot after it. Gives the new entry. */
export async function appendEntry(
  transaction: DatabaseTransaction,
  incident: Incident,
  event: IncidentEvent,
  atMs: number,
): Promise<JournalEntry> {
  const { id: incidentId, sequence, phase } = incident;
  const { kind, actor, ...data } = event;
  const { id, previousHash } = await takePlace(transaction);
  const row = {
    id,
    incident_id: incidentId,
    sequence,
    at_ms: atMs,
    kind,
    phase,
    actor,
    data: JSON.stringify(data),
  };
  const hash = hashOf(previousHash, row);
  await tables(transaction)
    .insertInto('journal')
    .values({ ...row, hash })
    .execute();
  crashPoint('journal:before-head');
  await moveHead(transaction, hash);
  crashPoint('journal:after-head');
  return { id, incidentId, sequence, atMs, phase, event };
}

function toEntry(row: Selectable<IncidentTables['journal']>): JournalEntry {
  const data = JSON.parse(row.data) as object;
  return {
    id: row.id,
    incidentId: row.incident_id,
    sequence: row.sequence,
    atMs: row.at_ms,
    phase: row.phase as Phase,
    event: { kind: row.kind, actor: row.actor, ...data } as IncidentEvent,
  };
}

/** The journal of an incident, in order: all of it, or the part after a sequence and at most `limit` entries. */
export async function readJournal(
  database: Database,
  incidentId: string,
  part: { readonly afterSequence?: number; readonly limit?: number } = {},
): Promise<readonly JournalEntry[]> {
  let query = tables(database)
    .selectFrom('journal')
    .selectAll()
    .where('incident_id', '=', incidentId)
    .where('sequence', '>', part.afterSequence ?? 0)
    .orderBy('sequence');
  if (part.limit !== undefined) query = query.limit(part.limit);
  return (await query.execute()).map(toEntry);
}

/** The newest id of all journals; 0 while there is none. */
export async function newestJournalId(database: Database): Promise<number> {
  const row = await tables(database)
    .selectFrom('journal')
    .select((select) => select.fn.max('id').as('newest'))
    .executeTakeFirst();
  return row?.newest ?? 0;
}

/** Entries of all incidents after `id`, in order: what a listener missed. */
export async function readJournalAfter(
  database: Database,
  id: number,
  limit: number,
): Promise<readonly JournalEntry[]> {
  const query = tables(database).selectFrom('journal').selectAll().where('id', '>', id);
  return (await query.orderBy('id').limit(limit).execute()).map(toEntry);
}

export type IncidentCount = {
  readonly faultClass: string | null;
  readonly severity: Severity;
  readonly phase: Phase;
  readonly count: number;
};

export async function countIncidents(database: Database): Promise<readonly IncidentCount[]> {
  const rows = await tables(database)
    .selectFrom('incidents')
    .select((select) => [
      ...(['fault_class', 'severity', 'phase'] as const),
      select.fn.countAll<number>().as('count'),
    ])
    .groupBy(['fault_class', 'severity', 'phase'])
    .execute();
  return rows.map((row) => ({
    faultClass: row.fault_class,
    severity: row.severity as Severity,
    phase: row.phase as Phase,
    count: row.count,
  }));
}

/** For whoever was asked about an incident that does not exist. */
export function unknownIncident(id: string): CrmwatchError {
  return new CrmwatchError('unknown_incident', `there is no incident ${id.slice(0, 100)}`, {
    remedy: 'take an identifier from the list of incidents',
  });
}
