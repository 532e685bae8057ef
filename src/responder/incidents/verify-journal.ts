import { isDeepStrictEqual } from 'node:util';
import { CrmwatchError, errorMessage, sha256Hex } from '../../std/std.ts';
import type { Database, Kysely, Selectable } from '../../store/store.ts';
import { findIncident, readJournal } from './incident-records.ts';
import { createForgottenCount, findContradiction } from './verify-forgotten.ts';
import type { Forgotten } from './verify-forgotten.ts';
import type { IncidentTables } from './incident-tables.ts';
import type { Incident } from './incident.ts';
import { CHAIN_ORIGIN, hashOf } from './journal-chain.ts';
import { replay } from './journal.ts';
import { createWindowLinks, verifyWindows } from './maintenance/verify-windows.ts';
import { windowHashOf, windowTables } from './maintenance/window-journal.ts';
import type { WindowRow } from './maintenance/window-journal.ts';
import type { JournalEntry } from './journal.ts';

export type JournalProblem = { readonly place: string; readonly message: string };

/** What looking at the whole journal gave; it is sound when there are no problems. */
export type JournalReport = {
  readonly entries: number;
  /** Entries of before the chain: they are replayed, but nothing shows whether their text was changed. */
  readonly unchainedEntries: number;
  readonly incidents: number;
  /** Texts that are gone, as the journal itself says: by each rule, how many of how many incidents, and when. */
  readonly forgotten: readonly Forgotten[];
  /** Windows of maintenance; their entries are links of the same chain. */
  readonly windows: number;
  /** Note it elsewhere: a later journal must hold it still. */
  readonly headHash: string;
  /** Whether a hash that was noted earlier is in the chain; null when none was given. */
  readonly holdsNotedHash: boolean | null;
  /** At most `MAXIMUM_PROBLEMS`. */
  readonly problems: readonly JournalProblem[];
};

export type VerifyOptions = {
  /** A head that was noted earlier. Without it, a journal that was cut off at its end and re-headed looks sound. */
  readonly notedHash?: string;
  readonly onProgress?: (done: number, entries: number) => void;
};

const PAGE = 500;
const MAXIMUM_PROBLEMS = 50;
/** A snapshot that changes while it is looked at is read again this often. */
const READS = 10;

type Row = Selectable<IncidentTables['journal']>;
type Tell = (place: string, message: string) => void;
type Told = {
  readonly tell: Tell;
  readonly count: (journal: readonly JournalEntry[]) => void;
};

function tables(database: Database): Kysely<IncidentTables> {
  return database.withTables<IncidentTables>();
}

/**
 * Looks at every entry up to the present head: that none is missing, doubled or changed (the chain of hashes),
 * that the head is the last of them, that texts are missing only where a later entry says so, and that each snapshot is
 * what a replay of its entries gives, of windows too. Reads in pages, writes nothing and may run while the responder works.
 */
export async function verifyJournal(
  database: Database,
  options: VerifyOptions = {},
): Promise<JournalReport> {
  const problems: JournalProblem[] = [];
  const tell: Tell = (place, message) => {
    if (problems.length < MAXIMUM_PROBLEMS) problems.push({ place, message });
  };
  const heads = await readHeads(database);
  const [head = { name: 'journal', last_id: 0, hash: CHAIN_ORIGIN, window_id: 0 }] = heads;
  if (heads.length !== 1) tell('journal_head', `expected one row, found ${heads.length}`);
  const walk = createWalk(tell, options.notedHash);
  const links = createWindowLinks(database, head.window_id ?? 0);
  for (let afterId = 0; ;) {
    const rows = await readPage(database, afterId, head.last_id);
    for (const row of rows) {
      for (const link of await links.before(row.id)) walk.seeWindow(link);
      walk.see(row);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    afterId = last.id;
    options.onProgress?.(last.id, head.last_id);
  }
  for (const link of await links.before(Infinity)) walk.seeWindow(link);
  const seen = walk.end(head);
  const forgotten = createForgottenCount();
  const incidents = await verifySnapshots(database, { tell, count: forgotten.count });
  const windows = await verifyWindows(database, tell);
  const headHash = head.hash;
  return { ...seen, incidents, windows, forgotten: forgotten.list(), headHash, problems };
}

type Head = IncidentTables['journal_head'] & { readonly window_id: number | null };

/** With the last entry about a window, of the same moment. */
async function readHeads(database: Database): Promise<readonly Head[]> {
  const newest = windowTables(database)
    .selectFrom('window_journal')
    .select((select) => select.fn.max('id').as('id'));
  return tables(database)
    .selectFrom('journal_head')
    .selectAll()
    .select(newest.as('window_id'))
    .execute();
}

async function readPage(
  database: Database,
  afterId: number,
  lastId: number,
): Promise<readonly Row[]> {
  return tables(database)
    .selectFrom('journal')
    .selectAll()
    .where('id', '>', afterId)
    .where('id', '<=', lastId)
    .orderBy('id')
    .limit(PAGE)
    .execute();
}

type Seen = Pick<JournalReport, 'entries' | 'unchainedEntries' | 'holdsNotedHash'>;
type Walk = {
  see(row: Row): void;
  seeWindow(row: WindowRow): void;
  end(head: Pick<Head, 'hash' | 'last_id'>): Seen;
};

/** A text that was forgotten is told by its hash alone. */
function isOfItsHash({ data, data_hash }: Row): boolean {
  return data === '' || sha256Hex(data) === data_hash;
}

/** Follows the chain entry by entry. After a breach it goes on from what the entry claims, so that each is told once. */
function createWalk(tell: Tell, notedHash: string | undefined): Walk {
  let [entries, unchainedEntries, lastId, lastWindowId, lastHash] = [0, 0, 0, 0, CHAIN_ORIGIN];
  let holdsNotedHash = notedHash === undefined ? null : notedHash === CHAIN_ORIGIN;
  return {
    see(row) {
      entries++;
      const place = `entry ${row.id} (${row.incident_id}, ${row.kind})`;
      const { hash } = row;
      if (hash === null) {
        unchainedEntries++;
        if (lastHash !== CHAIN_ORIGIN) tell(place, 'has no hash although the chain had begun');
      } else {
        if (row.id !== lastId + 1) tell(place, `the entries between ${lastId} and it are missing`);
        else if (hashOf(lastHash, row) !== hash || !isOfItsHash(row)) {
          tell(place, 'its hash does not fit: this entry or the hash before it was changed');
        }
        lastHash = hash;
        if (hash === notedHash) holdsNotedHash = true;
      }
      lastId = row.id;
    },
    seeWindow(row) {
      entries++;
      const place = `entry ${row.id} about windows (${row.window_id}, ${row.kind})`;
      if (row.id !== lastWindowId + 1) {
        tell(place, `the entries between ${lastWindowId} and it are missing`);
      } else if (windowHashOf(lastHash, row) !== row.hash) {
        tell(place, 'its hash does not fit: this entry or the hash before it was changed');
      }
      lastHash = row.hash;
      lastWindowId = row.id;
      if (row.hash === notedHash) holdsNotedHash = true;
    },
    end(head) {
      if (head.hash !== lastHash || (lastHash !== CHAIN_ORIGIN && head.last_id !== lastId)) {
        tell('journal_head', `says that entry ${head.last_id} is the last; entry ${lastId} is`);
      }
      if (holdsNotedHash === false) {
        tell('the noted hash', 'is not in the chain: the journal was cut off or written anew');
      }
      return { entries, unchainedEntries, holdsNotedHash };
    },
  };
}

/** Replays every incident; gives their number. */
async function verifySnapshots(database: Database, told: Told): Promise<number> {
  let incidents = 0;
  for (let afterId = ''; ;) {
    const rows = await tables(database)
      .selectFrom('incidents')
      .select('id')
      .where('id', '>', afterId)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const { id } of rows) await verifySnapshot(database, id, told);
    incidents += rows.length;
    const last = rows.at(-1);
    if (last === undefined) return incidents;
    afterId = last.id;
  }
}

/** A replay that differs, breaks or cannot be read is a problem; a store that fails is none, and thrown on. */
async function verifySnapshot(
  database: Database,
  id: string,
  { tell, count }: Told,
): Promise<void> {
  try {
    const { snapshot, journal } = await readTogether(database, id);
    const contradiction = findContradiction(journal);
    if (contradiction !== null) tell(id, contradiction);
    count(journal);
    // By way of JSON, as the snapshot went.
    const replayed: unknown = JSON.parse(JSON.stringify(replay(journal)));
    if (isDeepStrictEqual(replayed, snapshot)) return;
    tell(id, 'its snapshot is not what its journal gives');
  } catch (error) {
    if (error instanceof CrmwatchError) throw error;
    tell(id, errorMessage(error));
  }
}

type Together = {
  readonly snapshot: Incident | null;
  readonly journal: readonly JournalEntry[];
};

/** Both of the same moment, as far as can be: the responder may be writing. */
async function readTogether(database: Database, id: string): Promise<Together> {
  for (let read = 1; ; read++) {
    const snapshot = await findIncident(database, id);
    const journal = await readJournal(database, id);
    const isSame = snapshot?.sequence === journal.at(-1)?.sequence;
    if (isSame || read >= READS) return { snapshot, journal };
  }
}
