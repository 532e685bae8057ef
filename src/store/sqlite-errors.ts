import { CrmwatchError, errorMessage } from '../std/std.ts';

/** Primary result codes of SQLite that are the world's doing, with what to do about each. See sqlite.org/rescode.html. */
const REMEDIES: Readonly<Record<number, string>> = {
  5: 'another process holds the database; stop it or wait until it is done',
  6: 'another process holds the database; stop it or wait until it is done',
  8: 'give the user that runs crmwatch the right to write the file and its folder',
  10: 'check the disk: reading or writing it failed',
  11: 'the file is damaged; restore it from a backup',
  13: 'free space on the disk or move the database to a larger one',
  14: 'check that the folder exists and may be written to',
  26: 'the file is no database; name another one',
};

/**
 * Turns what SQLite throws into `store_unavailable` when the world is at fault (disk full, locked,
 * read-only, input/output). Everything else is a defect of ours and stays as it is.
 */
export function toStoreError(error: unknown, file: string): unknown {
  if (error instanceof CrmwatchError || typeof error !== 'object' || error === null) return error;
  const code = (error as { errcode?: unknown }).errcode;
  // The low byte is the primary result code.
  const remedy = typeof code === 'number' ? REMEDIES[code & 0xff] : undefined;
  if (remedy === undefined) return error;
  return new CrmwatchError(
    'store_unavailable',
    `the database ${file} cannot be used: ${errorMessage(error)}`,
    { remedy, cause: error },
  );
}
