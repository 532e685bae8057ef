import type { Database, DatabaseTransaction } from '../../../store/store.ts';
import { takePlaces } from '../journal-chain.ts';
import { transitionWindow } from './window-event.ts';
import type { WindowEvent, WindowOutcome } from './window-event.ts';
import { appendWindowEntry, windowTables } from './window-journal.ts';
import type { MaintenanceWindow } from './window.ts';

/** Windows that are planned, in force, or over with something left to be done; whoever makes one keeps them few. */
export async function findUnsettledWindows(
  database: Database,
): Promise<readonly MaintenanceWindow[]> {
  const rows = await windowTables(database)
    .selectFrom('maintenance_windows')
    .select('snapshot')
    .where('is_settled', '=', 0)
    .orderBy('starts_at_ms')
    .orderBy('number')
    .execute();
  return rows.map(({ snapshot }) => JSON.parse(snapshot) as MaintenanceWindow);
}

export async function findWindow(
  database: Database,
  id: string,
): Promise<MaintenanceWindow | null> {
  const row = await windowTables(database)
    .selectFrom('maintenance_windows')
    .select('snapshot')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : (JSON.parse(row.snapshot) as MaintenanceWindow);
}

export type WindowFilter = {
  readonly id?: string;
  /** Those that are not over; both when absent. */
  readonly isOpen?: boolean;
  /** Only windows that were planned before the one with this number: the next page. */
  readonly beforeNumber?: number;
  readonly limit: number;
};

export type ListedWindow = {
  readonly window: MaintenanceWindow;
  readonly number: number;
  /** That are or were in it. */
  readonly incidents: number;
};

/** The newest first. */
export async function findWindows(
  database: Database,
  filter: WindowFilter,
): Promise<readonly ListedWindow[]> {
  let query = windowTables(database)
    .selectFrom('maintenance_windows')
    .select((select) => [
      'snapshot' as const,
      'number' as const,
      select
        .selectFrom('window_incidents')
        .select((inner) => inner.fn.countAll<number>().as('count'))
        .whereRef('window_incidents.window_id', '=', 'maintenance_windows.id')
        .as('incidents'),
    ]);
  if (filter.id !== undefined) query = query.where('id', '=', filter.id);
  if (filter.isOpen !== undefined)
    query = query.where('state', filter.isOpen ? '<>' : '=', 'ended');
  if (filter.beforeNumber !== undefined) query = query.where('number', '<', filter.beforeNumber);
  const rows = await query.orderBy('number', 'desc').limit(filter.limit).execute();
  return rows.map(({ snapshot, number, incidents }) => ({
    window: JSON.parse(snapshot) as MaintenanceWindow,
    number,
    incidents: incidents ?? 0,
  }));
}

/** Lets something happen to a window, with its entry of the journal, unless that changes nothing. */
export async function changeWindow(
  transaction: DatabaseTransaction,
  id: string,
  event: WindowEvent,
  atMs: number,
): Promise<WindowOutcome> {
  // Whoever holds the head is alone with all windows until the end of the transaction.
  await takePlaces(transaction, 0);
  const before = await findWindow(transaction, id);
  const outcome = transitionWindow(id, before, event, atMs);
  if (!outcome.changed) return outcome;
  const { window } = outcome;
  await saveWindow(transaction, window);
  await appendWindowEntry(transaction, window, event, atMs);
  return outcome;
}

async function saveWindow(
  transaction: DatabaseTransaction,
  window: MaintenanceWindow,
): Promise<void> {
  const { id, schedule, state, startsAtMs, endsAtMs } = window;
  const changing = { state, ends_at_ms: endsAtMs, snapshot: JSON.stringify(window) };
  await windowTables(transaction)
    .insertInto('maintenance_windows')
    .values((insert) => ({
      id,
      schedule,
      starts_at_ms: startsAtMs,
      is_settled: 0,
      number: insert
        .selectFrom('maintenance_windows')
        .select((select) =>
          select(select.fn.coalesce(select.fn.max('number'), select.lit(0)), '+', 1).as('next'),
        ),
      ...changing,
    }))
    .onConflict((conflict) => conflict.column('id').doUpdateSet(changing))
    .execute();
}

export async function settleWindow(transaction: DatabaseTransaction, id: string): Promise<void> {
  await windowTables(transaction)
    .updateTable('maintenance_windows')
    .set({ is_settled: 1 })
    .where('id', '=', id)
    .execute();
}

export async function enterWindow(
  transaction: DatabaseTransaction,
  windowId: string,
  incidentId: string,
): Promise<void> {
  const inside = { is_inside: 1, outcome: null };
  await windowTables(transaction)
    .insertInto('window_incidents')
    .values({ window_id: windowId, incident_id: incidentId, ...inside })
    .onConflict((conflict) => conflict.columns(['window_id', 'incident_id']).doUpdateSet(inside))
    .execute();
}

export async function leaveWindow(
  transaction: DatabaseTransaction,
  windowId: string,
  incidentId: string,
  outcome: 'open' | 'over' | null,
): Promise<void> {
  await windowTables(transaction)
    .updateTable('window_incidents')
    .set({ is_inside: 0, outcome })
    .where('window_id', '=', windowId)
    .where('incident_id', '=', incidentId)
    .execute();
}

/** Some of the incidents that are still in a window. */
export async function findInside(
  database: Database,
  windowId: string,
  limit: number,
): Promise<readonly string[]> {
  const rows = await windowTables(database)
    .selectFrom('window_incidents')
    .select('incident_id')
    .where('window_id', '=', windowId)
    .where('is_inside', '=', 1)
    .orderBy('incident_id')
    .limit(limit)
    .execute();
  return rows.map(({ incident_id: id }) => id);
}

/** The incidents of a window by what its end found. */
export async function findOutcomes(
  database: Database,
  windowId: string,
): Promise<{ readonly open: readonly string[]; readonly over: readonly string[] }> {
  const rows = await windowTables(database)
    .selectFrom('window_incidents')
    .select(['incident_id', 'outcome'])
    .where('window_id', '=', windowId)
    .where('outcome', 'is not', null)
    .orderBy('incident_id')
    .execute();
  const idsOf = (outcome: string): readonly string[] =>
    rows.filter((row) => row.outcome === outcome).map((row) => row.incident_id);
  return { open: idsOf('open'), over: idsOf('over') };
}
