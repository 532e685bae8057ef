import { isDeepStrictEqual } from 'node:util';
import { CrmwatchError, errorMessage } from '../../../std/std.ts';
import type { Database } from '../../../store/store.ts';
import { readWindowJournal, replayWindow, windowTables } from './window-journal.ts';
import type { WindowRow } from './window-journal.ts';
import { findWindow } from './window-records.ts';

const PAGE = 500;
/** A snapshot that changes while it is looked at is read again this often. */
const READS = 10;

/** The entries about windows in the order of the chain, read in pages up to a last one. */
export type WindowLinks = {
  /** Those that stand in the chain before the entry of an incident with this number. */
  before(journalId: number): Promise<readonly WindowRow[]>;
};

export function createWindowLinks(database: Database, lastId: number): WindowLinks {
  let waiting: WindowRow[] = [];
  let readId = 0;

  async function readMore(): Promise<boolean> {
    const rows = await windowTables(database)
      .selectFrom('window_journal')
      .selectAll()
      .where('id', '>', readId)
      .where('id', '<=', lastId)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    readId = rows.at(-1)?.id ?? lastId;
    waiting = [...waiting, ...rows];
    return rows.length > 0;
  }

  return {
    async before(journalId) {
      const isPast = (row: WindowRow | undefined): boolean =>
        row !== undefined && row.after_id >= journalId;
      while (readId < lastId && !isPast(waiting.at(-1))) if (!(await readMore())) break;
      const end = waiting.findIndex(isPast);
      return waiting.splice(0, end === -1 ? waiting.length : end);
    },
  };
}

/** Replays every window; gives their number. */
export async function verifyWindows(
  database: Database,
  tell: (place: string, message: string) => void,
): Promise<number> {
  let windows = 0;
  for (let afterId = ''; ;) {
    const rows = await windowTables(database)
      .selectFrom('maintenance_windows')
      .select('id')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const { id } of rows) await verifyWindow(database, id, tell);
    windows += rows.length;
    const last = rows.at(-1);
    if (last === undefined) return windows;
    afterId = last.id;
  }
}

async function verifyWindow(
  database: Database,
  id: string,
  tell: (place: string, message: string) => void,
): Promise<void> {
  try {
    for (let read = 1; ; read++) {
      const snapshot = await findWindow(database, id);
      const replayed = replayWindow(id, await readWindowJournal(database, id));
      if (isDeepStrictEqual(JSON.parse(JSON.stringify(replayed)), snapshot)) return;
      if (read < READS && snapshot?.sequence !== replayed.sequence) continue;
      return tell(id, 'its window is not what its journal gives');
    }
  } catch (error) {
    if (error instanceof CrmwatchError) throw error;
    tell(id, errorMessage(error));
  }
}
