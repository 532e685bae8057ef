import { sha256Hex } from '../../../std/std.ts';
import type { Database, DatabaseTransaction, Kysely, Selectable } from '../../../store/store.ts';
import { moveHead, takePlaces } from '../journal-chain.ts';
import { transitionWindow } from './window-event.ts';
import type { WindowEvent } from './window-event.ts';
import type { WindowTables } from './window-tables.ts';
import type { MaintenanceWindow } from './window.ts';

export type WindowEntry = {
  readonly id: number;
  readonly windowId: string;
  /** From 1, without gaps, within its window. */
  readonly sequence: number;
  readonly atMs: number;
  readonly event: WindowEvent;
};

export type WindowRow = Selectable<WindowTables['window_journal']>;

export function windowTables(database: Database): Kysely<WindowTables> {
  return database.withTables<WindowTables>();
}

/** As `hashOf` of incidents; the word at its front keeps the two kinds of entries apart. */
export function windowHashOf(previousHash: string, row: Omit<WindowRow, 'hash'>): string {
  const { id, after_id, window_id, sequence, at_ms, kind, actor, data } = row;
  const said = [previousHash, 'window', id, after_id, window_id, sequence, at_ms, kind, actor];
  return sha256Hex(JSON.stringify([...said, sha256Hex(data)]));
}

/**
 * Appends what happened to a window. It takes no number of the journal of incidents, so that streams of those see no
 * gap, but the chain of hashes leads through it: one head proves both.
 */
export async function appendWindowEntry(
  transaction: DatabaseTransaction,
  { id: windowId, sequence }: MaintenanceWindow,
  event: WindowEvent,
  atMs: number,
): Promise<void> {
  const { firstId, previousHash } = await takePlaces(transaction, 0);
  const newest = await windowTables(transaction)
    .selectFrom('window_journal')
    .select((select) => select.fn.max('id').as('id'))
    .executeTakeFirst();
  const { kind, actor, ...data } = event;
  const row = {
    id: (newest?.id ?? 0) + 1,
    after_id: firstId - 1,
    window_id: windowId,
    sequence,
    at_ms: atMs,
    kind,
    actor,
    data: JSON.stringify(data),
  };
  const hash = windowHashOf(previousHash, row);
  await windowTables(transaction)
    .insertInto('window_journal')
    .values({ ...row, hash })
    .execute();
  await moveHead(transaction, hash);
}

export async function readWindowJournal(
  database: Database,
  windowId: string,
): Promise<readonly WindowEntry[]> {
  const rows = await windowTables(database)
    .selectFrom('window_journal')
    .selectAll()
    .where('window_id', '=', windowId)
    .orderBy('sequence')
    .execute();
  return rows.map((row) => {
    const data = JSON.parse(row.data) as object;
    const event = { kind: row.kind, actor: row.actor, ...data } as WindowEvent;
    return { id: row.id, windowId, sequence: row.sequence, atMs: row.at_ms, event };
  });
}

/** Rebuilds a window from its whole journal. Throws when it has a gap or holds what cannot have happened. */
export function replayWindow(id: string, journal: readonly WindowEntry[]): MaintenanceWindow {
  let window: MaintenanceWindow | null = null;
  for (const { event, atMs, sequence } of journal) {
    const outcome = transitionWindow(id, window, event, atMs);
    if (!outcome.changed || outcome.window.sequence !== sequence) {
      throw new Error(`the journal of ${id} breaks at entry ${sequence} (${event.kind})`);
    }
    window = outcome.window;
  }
  if (window === null) throw new Error('an empty journal has no window');
  return window;
}
