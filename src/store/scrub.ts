import { sql } from 'kysely';
import type { Store } from './open-store.ts';

/** Others read while they can; each read is short. */
const TRIES = 20;

/** Whether the bytes are gone; not, while others were reading; or whether it is for the server to see to that. */
export type Scrubbing = 'clean' | 'busy' | 'left_to_server';

/**
 * Gets the bytes of what was overwritten or taken out before out of the files of the database.
 *
 * SQLite: crmwatch writes with secure_delete, which puts zeros in the place of what goes, so it is enough to bring the
 * log of writes into the file and to cut it to nothing. `rewrite` also writes the file anew, which a file that an older
 * version wrote to needs once (sqlite.org: pragma.html#pragma_secure_delete, lang_vacuum.html). PostgreSQL keeps rows
 * that went until VACUUM frees their room and others are written there; only VACUUM FULL writes tables anew, keeps
 * everybody out meanwhile, and takes as long as it takes, so it is left to those who run the server.
 */
export async function scrubStore(
  { engine, database }: Store,
  { rewrite }: { readonly rewrite: boolean },
): Promise<Scrubbing> {
  if (engine === 'postgresql') return 'left_to_server';
  if (rewrite) await sql`VACUUM`.execute(database);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(database);
    if (rows[0]?.busy === 0) return 'clean';
  }
  return 'busy';
}
