import { SEVERITIES } from '../../catalog/catalog.ts';
import type { Severity } from '../../catalog/catalog.ts';
import { partsOf } from '../../std/std.ts';
import type { Database, DatabaseTransaction } from '../../store/store.ts';
import { countOpenDestinations, isOpen } from '../incidents/incidents.ts';
import type { Phase } from '../incidents/incidents.ts';
import { stormTables } from './storm-tables.ts';

export type Storm = {
  readonly id: string;
  readonly startedAtMs: number;
  readonly pages: number;
  readonly held: number;
};

const ROWS_PER_QUERY = 300;

/** The storm that new incidents belong to: one that an incident joined after `sinceMs`. */
export async function findRagingStorm(
  database: Database,
  sinceMs: number,
): Promise<{ readonly id: string } | undefined> {
  return stormTables(database)
    .selectFrom('storms')
    .select('id')
    .where('ended_at_ms', 'is', null)
    .where('newest_at_ms', '>', sinceMs)
    .orderBy('newest_at_ms', 'desc')
    .limit(1)
    .executeTakeFirst();
}

/** Storms that no incident joined since `sinceMs`, and that may be over. */
export async function findCalmStorms(
  database: Database,
  sinceMs: number,
): Promise<readonly string[]> {
  const rows = await stormTables(database)
    .selectFrom('storms')
    .select('id')
    .where('ended_at_ms', 'is', null)
    .where('newest_at_ms', '<=', sinceMs)
    .orderBy('newest_at_ms')
    .limit(10)
    .execute();
  return rows.map(({ id }) => id);
}

/** Notes that episodes of these incidents begin, as part of a storm or of none. */
export async function beginEpisodes(
  transaction: DatabaseTransaction,
  incidentIds: readonly string[],
  startedAtMs: number,
  stormId: string | null,
): Promise<void> {
  const episode = { started_at_ms: startedAtMs, storm_id: stormId };
  for (const part of partsOf(incidentIds, ROWS_PER_QUERY)) {
    await stormTables(transaction)
      .insertInto('episodes')
      .values(part.map((id) => ({ incident_id: id, ...episode })))
      .onConflict((conflict) => conflict.column('incident_id').doUpdateSet(episode))
      .execute();
  }
  if (stormId === null) return;
  await stormTables(transaction)
    .updateTable('storms')
    .set({ newest_at_ms: startedAtMs })
    .where('id', '=', stormId)
    .execute();
}

/** Incidents whose episode began after `sinceMs` and is part of no storm. */
export async function findNewIncidents(
  database: Database,
  sinceMs: number,
): Promise<readonly string[]> {
  const rows = await stormTables(database)
    .selectFrom('episodes')
    .select('incident_id')
    .where('started_at_ms', '>', sinceMs)
    .where('storm_id', 'is', null)
    .execute();
  return rows.map((row) => row.incident_id);
}

export async function beginStorm(
  transaction: DatabaseTransaction,
  storm: Storm,
  incidentIds: readonly string[],
): Promise<void> {
  const tables = stormTables(transaction);
  const { id, startedAtMs, pages, held } = storm;
  const times = { started_at_ms: startedAtMs, newest_at_ms: startedAtMs, ended_at_ms: null };
  await tables
    .insertInto('storms')
    .values({ id, ...times, pages, held })
    .execute();
  for (const part of partsOf(incidentIds, ROWS_PER_QUERY)) {
    await tables
      .updateTable('episodes')
      .set({ storm_id: id })
      .where('incident_id', 'in', part)
      .execute();
  }
}

/** The storm of each of these incidents that is part of one. */
export async function findStormsOf(
  database: Database,
  incidentIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const storms = new Map<string, string>();
  for (const part of partsOf(incidentIds, ROWS_PER_QUERY)) {
    const rows = await stormTables(database)
      .selectFrom('episodes')
      .select(['incident_id', 'storm_id'])
      .where('incident_id', 'in', part)
      .where('storm_id', 'is not', null)
      .execute();
    for (const row of rows) if (row.storm_id !== null) storms.set(row.incident_id, row.storm_id);
  }
  return storms;
}

export async function countHeld(
  transaction: DatabaseTransaction,
  stormId: string,
  count: number,
): Promise<void> {
  await stormTables(transaction)
    .updateTable('storms')
    .set((update) => ({ held: update('held', '+', count) }))
    .where('id', '=', stormId)
    .execute();
}

/** Gives the storm as it ended; undefined when another had ended it before. */
export async function endStorm(
  transaction: DatabaseTransaction,
  stormId: string,
  endedAtMs: number,
): Promise<Storm | undefined> {
  const row = await stormTables(transaction)
    .updateTable('storms')
    .set({ ended_at_ms: endedAtMs })
    .where('id', '=', stormId)
    .where('ended_at_ms', 'is', null)
    .returning(['started_at_ms', 'pages', 'held'])
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { started_at_ms: startedAtMs, pages, held } = row;
  return { id: stormId, startedAtMs, pages, held };
}

export type StormMembers = {
  readonly count: number;
  readonly open: number;
  readonly worst: Severity;
  /** The first that were opened. */
  readonly named: readonly { readonly id: string; readonly title: string }[];
};

async function mergedOf(database: Database, stormId: string): Promise<readonly string[]> {
  const rows = await stormTables(database)
    .selectFrom('episodes')
    .innerJoin('incidents', 'incidents.id', 'episodes.incident_id')
    .select('episodes.incident_id')
    .where('storm_id', '=', stormId)
    .where('merged_into_id', 'is not', null)
    .execute();
  return rows.map((row) => row.incident_id);
}

/** An incident that is split off another one is part of the same storm, so that the storm is over with both. */
export async function inheritStorm(
  transaction: DatabaseTransaction,
  fromId: string,
  incidentId: string,
): Promise<void> {
  const row = await stormTables(transaction)
    .selectFrom('episodes')
    .innerJoin('storms', 'storms.id', 'episodes.storm_id')
    .select(['episodes.started_at_ms', 'storm_id'])
    .where('incident_id', '=', fromId)
    .where('ended_at_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined) return;
  await stormTables(transaction)
    .insertInto('episodes')
    .values({ ...row, incident_id: incidentId })
    .execute();
}

const NAMED = 5;

export async function readMembers(database: Database, stormId: string): Promise<StormMembers> {
  const members = stormTables(database)
    .selectFrom('episodes')
    .innerJoin('incidents', 'incidents.id', 'episodes.incident_id')
    .where('storm_id', '=', stormId);
  const groups = await members
    .select((select) => ['phase', 'severity', select.fn.countAll<number>().as('count')])
    .groupBy(['phase', 'severity'])
    .execute();
  const first = await members.select(['id', 'scope']).orderBy('id').limit(NAMED).execute();
  const sum = (rows: typeof groups): number => rows.reduce((total, { count }) => total + count, 0);
  const open = sum(groups.filter(({ phase }) => isOpen(phase as Phase)));
  const severities = new Set(groups.map(({ severity }) => severity));
  return {
    count: sum(groups),
    // Those that were merged into others are over when those are.
    open:
      open > 0 ? open : await countOpenDestinations(database, await mergedOf(database, stormId)),
    worst: SEVERITIES.findLast((severity) => severities.has(severity)) ?? 'warning',
    named: first.map(({ id, scope }) => ({ id, title: scope.replace(':', ' ') })),
  };
}

/** Forgets the episode of an incident that is over, unless its storm still counts it. */
export async function leaveStorms(
  transaction: DatabaseTransaction,
  incidentId: string,
): Promise<void> {
  await stormTables(transaction)
    .deleteFrom('episodes')
    .where('incident_id', '=', incidentId)
    .where((where) =>
      where.or([
        where('storm_id', 'is', null),
        where('storm_id', 'not in', (query) =>
          query.selectFrom('storms').select('id').where('ended_at_ms', 'is', null),
        ),
      ]),
    )
    .execute();
}

/** Takes out storms that ended until then and whose incidents were all forgotten. Gives how many. */
export async function deleteEndedStorms(
  transaction: DatabaseTransaction,
  endedUntilMs: number,
  limit: number,
): Promise<number> {
  const rows = await stormTables(transaction)
    .selectFrom('storms')
    .select('id')
    .where('ended_at_ms', '<=', endedUntilMs)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('episodes')
            .select('incident_id')
            .whereRef('episodes.storm_id', '=', 'storms.id'),
        ),
      ),
    )
    .limit(limit)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return 0;
  await stormTables(transaction).deleteFrom('storms').where('id', 'in', ids).execute();
  return ids.length;
}
