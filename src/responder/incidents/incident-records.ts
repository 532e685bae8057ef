import { CrmwatchError, partsOf } from '../../std/std.ts';
import type { Severity } from '../../catalog/catalog.ts';
import type { Database, DatabaseTransaction, Kysely, Selectable } from '../../store/store.ts';
import type { EventKind, IncidentEvent } from './incident-event.ts';
import type { IncidentTables } from './incident-tables.ts';
import { isOpen } from './incident.ts';
import type { Incident, Phase } from './incident.ts';
import type { JournalEntry } from './journal.ts';
import { partsByWeight } from './parts-by-weight.ts';

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

const VALUES_PER_QUERY = 500;

/**
 * The newest incident in each of these scopes: the open one, which a person may have opened again after newer ones,
 * else that which was opened last. Scopes without any are left out.
 */
export async function findNewestOfScopes(
  database: Database,
  scopes: readonly string[],
): Promise<readonly Incident[]> {
  const found = new Map<string, Incident>();
  for (const part of partsOf(scopes, VALUES_PER_QUERY)) {
    const rows = await tables(database)
      .selectFrom('incidents')
      .select((select) => [
        'id' as const,
        select.fn<number>('octet_length', [select.ref('snapshot')]).as('bytes'),
      ])
      .where((where) =>
        where.or([
          where.and([where('scope', 'in', part), where('phase', 'not in', ['resolved', 'closed'])]),
          where('number', 'in', (query) =>
            query
              .selectFrom('incidents')
              .select((select) => select.fn.max('number').as('newest'))
              .where('scope', 'in', part)
              .groupBy('scope'),
          ),
        ]),
      )
      .execute();
    for (const light of partsByWeight(rows, ({ bytes }) => bytes)) {
      const ids = light.map(({ id }) => id);
      for (const incident of await readSnapshots(database, ids)) {
        const { phase, scope } = incident;
        if (isOpen(phase) || !found.has(scope)) found.set(scope, incident);
      }
    }
  }
  return [...found.values()];
}

async function readSnapshots(
  database: Database,
  ids: readonly string[],
): Promise<readonly Incident[]> {
  const rows = await tables(database)
    .selectFrom('incidents')
    .select('snapshot')
    .where('id', 'in', ids)
    .execute();
  return rows.map(({ snapshot }) => JSON.parse(snapshot) as Incident);
}

function toEntry(row: Selectable<IncidentTables['journal']>): JournalEntry {
  const { kind, actor } = row;
  const event: JournalEntry['event'] =
    row.data === FORGOTTEN
      ? { kind: 'forgotten', actor, was: kind as EventKind }
      : ({ kind, actor, ...(JSON.parse(row.data) as object) } as IncidentEvent);
  return {
    id: row.id,
    incidentId: row.incident_id,
    sequence: row.sequence,
    atMs: row.at_ms,
    phase: row.phase as Phase,
    event,
  };
}

/** What stands in the place of a text that was forgotten; no JSON is empty. */
const FORGOTTEN = '';
/** The text of an entry that says no more than that something happened. */
const NOTHING_SAID = '{}';

/** Forgets the texts of all entries of an incident before a sequence, for ever. Gives how many there were. */
export async function forgetEntries(
  transaction: DatabaseTransaction,
  incidentId: string,
  beforeSequence: number,
): Promise<number> {
  const { numUpdatedRows } = await tables(transaction)
    .updateTable('journal')
    .set({ data: FORGOTTEN })
    .where('incident_id', '=', incidentId)
    .where('sequence', '<', beforeSequence)
    .where('data', 'not in', [FORGOTTEN, NOTHING_SAID])
    .executeTakeFirst();
  return Number(numUpdatedRows);
}

/**
 * Incidents that are over and did not change since a time, the oldest first. One that is merged into another one is
 * needed as it is until that is over as well: the merge may be undone.
 */
export async function findToCompact(
  database: Database,
  unchangedSinceMs: number,
  limit: number,
): Promise<readonly string[]> {
  const rows = await tables(database)
    .selectFrom('incidents')
    .select('id')
    .where('compacted_at_ms', 'is', null)
    .where('phase', 'in', ['resolved', 'closed'])
    .where('updated_at_ms', '<=', unchangedSinceMs)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('incidents as into')
            .select('into.id')
            .whereRef('into.id', '=', 'incidents.merged_into_id')
            .where('into.compacted_at_ms', 'is', null)
            .where((either) =>
              either.or([
                either('into.phase', 'not in', ['resolved', 'closed']),
                either('into.merged_into_id', 'is not', null),
              ]),
            ),
        ),
      ),
    )
    .orderBy('updated_at_ms')
    .limit(limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** How many open incidents hold the alerts of these, which are merged into others, and those into others again. */
export async function countOpenDestinations(
  database: Database,
  incidentIds: readonly string[],
): Promise<number> {
  const seen = new Set(incidentIds);
  let open = 0;
  for (let front = [...seen]; front.length > 0;) {
    const next = new Map<string, Phase>();
    for (const part of partsOf(front, VALUES_PER_QUERY)) {
      const rows = await tables(database)
        .selectFrom('incidents as merged')
        .innerJoin('incidents as into', 'into.id', 'merged.merged_into_id')
        .select(['into.id', 'into.phase'])
        .where('merged.id', 'in', part)
        .execute();
      for (const { id, phase } of rows) if (!seen.has(id)) next.set(id, phase as Phase);
    }
    for (const [id, phase] of next) {
      seen.add(id);
      if (isOpen(phase)) open++;
    }
    front = [...next.keys()];
  }
  return open;
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
