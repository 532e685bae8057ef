import { CrmwatchError } from '../std/std.ts';
import type { SqliteThread } from './sqlite-thread.ts';

/** FULL and EXTRA; see sqlite.org/pragma.html#pragma_synchronous. */
const DURABLE_LEVELS: readonly unknown[] = [2, 3];

/**
 * Sets what makes every commit survive a power cut, and reads it back: SQLite ignores a PRAGMA that it cannot honour.
 * Throws `store_incompatible` when it does not hold, unless that is allowed.
 */
export async function makeDurable(
  thread: SqliteThread,
  file: string,
  { allowUnsafeDurability }: { readonly allowUnsafeDurability: boolean },
): Promise<void> {
  const set = async (name: string, value: string): Promise<unknown> => {
    await thread.run(`PRAGMA ${name} = ${value}`);
    const { rows } = await thread.run(`PRAGMA ${name}`);
    return Object.values(rows[0] ?? {})[0];
  };
  const journal = await set('journal_mode', 'WAL');
  const level = await set('synchronous', 'FULL');
  // Only macOS knows these: its fsync leaves the data in the cache of the drive.
  await set('fullfsync', 'ON');
  await set('checkpoint_fullfsync', 'ON');
  // What is erased must not be readable in the file: zeros are written in its place.
  await set('secure_delete', 'ON');
  if ((await set('foreign_keys', 'ON')) !== 1) {
    throw new CrmwatchError(
      'store_incompatible',
      `the SQLite library does not enforce foreign keys in ${file}`,
      { remedy: 'use a Node.js that is built with its own SQLite' },
    );
  }
  const isDurable = journal === 'wal' && DURABLE_LEVELS.includes(level);
  if (isDurable || allowUnsafeDurability) return;
  throw new CrmwatchError(
    'store_incompatible',
    `the SQLite database ${file} runs with journal_mode=${String(journal)} and ` +
      `synchronous=${String(level)}, not with WAL and FULL: what it commits can be lost`,
    {
      remedy:
        'put the database on a local disk, since network file systems cannot hold a WAL, or write ' +
        'allow_unsafe_durability: true in responder.store if losing alerts is acceptable',
    },
  );
}
