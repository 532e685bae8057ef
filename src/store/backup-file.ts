import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import type { Migrations } from './migrations.ts';
import type { StoreSource } from './open-store.ts';
import { startSqliteThread } from './sqlite-thread.ts';
import type { SqliteThread } from './sqlite-thread.ts';

export type BackupOptions = {
  /** The database of the responder. */
  readonly source: StoreSource;
  /** The backup: always a SQLite file, so that it can be restored to either engine. */
  readonly file: string;
  readonly migrations: readonly Migrations[];
  readonly clock: Clock;
  /** Now and then, in words for a person who waits. */
  readonly onProgress: (line: string) => void;
};

export type BackupFacts = {
  readonly tables: number;
  readonly rows: number;
  readonly bytes: number;
};

const PROGRESS_MS = 2000;

/** Reads a whole file to see that it is sound. Throws `store_unavailable`. */
export async function assertSound(file: string): Promise<void> {
  await withThread(file, async (thread) => {
    const check = await thread.run('PRAGMA integrity_check(1)');
    const orphans = await thread.run('SELECT count(*) AS count FROM pragma_foreign_key_check');
    const [found] = Object.values(check.rows[0] ?? {});
    if (found === 'ok' && orphans.rows[0]?.['count'] === 0) return;
    const what = found === 'ok' ? 'rows that refer to nothing' : String(found);
    throw new CrmwatchError('store_unavailable', `the file ${file} is damaged: ${what}`, {
      remedy: 'check the disk, and take another backup',
    });
  });
}

/** A connection that only reads, on a thread, and that is closed in any case. */
export async function withThread<T>(
  file: string,
  work: (thread: SqliteThread) => Promise<T>,
  { readOnly = true }: { readonly readOnly?: boolean } = {},
): Promise<T> {
  const thread = startSqliteThread({ file, readOnly, busyTimeoutMs: 5000 });
  try {
    return await work(thread);
  } finally {
    await thread.close();
  }
}

/** A rename survives a power cut only once the folder is on the disk; so does the content of a file. */
export function syncToDisk(file: string): void {
  for (const path of [file, dirname(file)]) {
    const descriptor = openSync(path, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}

/** Says how far it is, again and again, while `work` runs. */
export async function withProgress<T>(
  { clock, onProgress }: Pick<BackupOptions, 'clock' | 'onProgress'>,
  describe: () => string,
  work: () => Promise<T>,
): Promise<T> {
  let timer = clock.after(PROGRESS_MS, tick);
  function tick(): void {
    onProgress(describe());
    timer = clock.after(PROGRESS_MS, tick);
  }
  try {
    return await work();
  } finally {
    timer.cancel();
  }
}
