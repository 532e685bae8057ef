import { copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { CrmwatchError } from '../std/std.ts';
import { assertSound, syncToDisk, withThread } from './backup-file.ts';
import type { BackupOptions } from './backup-file.ts';
import { readBackup } from './backup.ts';
import { loadPostgres } from './load-postgres.ts';
import type { SqliteThread } from './sqlite-thread.ts';

export type RestoreOptions = BackupOptions & {
  /** Takes the place of what is there, which is kept beside it. */
  readonly overwrite: boolean;
  readonly allowUnsafeDurability: boolean;
};

export type RestoreFacts = {
  readonly rows: number;
  /** Where the data went that were there before; null when there were none. */
  readonly keptAs: string | null;
};

/**
 * Puts a backup in the place of the database, all of it or nothing; the next start brings its schema forward. Throws
 * `store_unavailable` while a responder works with the database, `usage` when it holds data and `overwrite` is false,
 * `store_incompatible` when the backup is none or of a newer crmwatch.
 */
export async function restoreStore(options: RestoreOptions): Promise<RestoreFacts> {
  const { source, file, migrations, onProgress } = options;
  if (!existsSync(file)) {
    throw new CrmwatchError('usage', `there is no backup ${file}`, {
      remedy: 'name a file that crmwatch backup has written',
    });
  }
  onProgress(`checking ${file}`);
  const { rows } = await readBackup(file, migrations);
  await assertSound(file);
  const keptAs =
    source.engine === 'sqlite'
      ? await placeFile(source.file, options)
      : await loadPostgres(source, options);
  return { rows, keptAs };
}

async function placeFile(target: string, options: RestoreOptions): Promise<string | null> {
  const { file, overwrite, clock, onProgress } = options;
  if (existsSync(target) && !overwrite) {
    throw new CrmwatchError('usage', `the database ${target} exists already`, {
      remedy: 'say --overwrite to put the backup in its place; the old file is kept beside it',
    });
  }
  const partial = `${target}.restoring`;
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  try {
    onProgress(`copying to ${target}`);
    copyFileSync(file, partial);
    await assertSound(partial);
    syncToDisk(partial);
    if (!existsSync(target)) {
      renameSync(partial, target);
      syncToDisk(target);
      return null;
    }
    const keptAs = `${target}.before-restore-${stamp(clock.now())}`;
    await withThread(
      target,
      async (thread) => {
        await lockOut(thread, target);
        // The old name leads to the old file or to the new one at every moment.
        linkSync(target, keptAs);
        renameSync(partial, target);
        syncToDisk(target);
      },
      { readOnly: false },
    );
    return keptAs;
  } finally {
    rmSync(partial, { force: true });
  }
}

/**
 * Leaving the WAL needs the file for oneself, and puts all of it into the one file; the lock then keeps everybody out
 * until the new file has its name.
 */
async function lockOut(thread: SqliteThread, target: string): Promise<void> {
  try {
    await thread.run('PRAGMA busy_timeout = 0');
    await thread.run('PRAGMA locking_mode = EXCLUSIVE');
    await thread.run('PRAGMA journal_mode = DELETE');
    await thread.run('BEGIN EXCLUSIVE');
  } catch (error) {
    throw new CrmwatchError('store_unavailable', `${target} is in use`, {
      remedy: 'stop the responder first',
      cause: error,
    });
  }
}

/** Sorts as time does, and is allowed in the name of a file. */
function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}
