import { readFileSync } from 'node:fs';
import { CrmwatchError, describeFileError } from '../std/std.ts';
import type { ErrorCode } from '../std/std.ts';

/** Reads a file that was named on the command line; throws `code` with the remedy. */
export function readTextFile(path: string, code: ErrorCode, remedy: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CrmwatchError(code, describeFileError(path, cause), { remedy, cause });
  }
}
