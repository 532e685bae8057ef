import { readFileSync } from 'node:fs';
import { CrmwatchError, describeFileError } from '../std/std.ts';
import type { ErrorCode } from '../std/std.ts';

/** Reads a file that was named on the command line; throws `code` with the remedy. */
export function readBytes(path: string, code: ErrorCode, remedy: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new CrmwatchError(code, describeFileError(path, cause), { remedy, cause });
  }
}

/** The same as a text. */
export function readTextFile(path: string, code: ErrorCode, remedy: string): string {
  return readBytes(path, code, remedy).toString('utf8');
}
