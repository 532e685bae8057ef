import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { KeptTexts } from '../exporter/connectors/connectors.ts';
import { CrmwatchError, describeFileError, systemErrorCode } from '../std/std.ts';

const OWNER_ALONE = 0o600;

/** Files of their own, readable by their owner alone; relative names count from `folder`. */
export function createKeptTexts(folder: string): KeptTexts {
  return {
    read(file) {
      const path = resolve(folder, file);
      try {
        return readFileSync(path, 'utf8').trim() || undefined;
      } catch (error) {
        if (systemErrorCode(error) === 'ENOENT') return undefined;
        throw unusable(describeFileError(path, error), error);
      }
    },
    write(file, text) {
      const path = resolve(folder, file);
      try {
        writeDurably(`${path}.new`, text);
        renameSync(`${path}.new`, path);
        // The new name has to survive as well.
        syncAndClose(openSync(dirname(path), 'r'));
      } catch (error) {
        // A file that is not there yet is no trouble, so it is the folder that is missing.
        const isFolderMissing = systemErrorCode(error) === 'ENOENT';
        throw unusable(
          isFolderMissing ? `there is no folder ${dirname(path)}` : describeFileError(path, error),
          error,
        );
      }
    },
  };
}

function writeDurably(path: string, text: string): void {
  // One that a crash left behind may be readable by others, or lead elsewhere; it is not written into.
  rmSync(path, { force: true });
  const descriptor = openSync(path, 'wx', OWNER_ALONE);
  try {
    writeFileSync(descriptor, `${text}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function syncAndClose(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function unusable(what: string, cause: unknown): CrmwatchError {
  return new CrmwatchError('secret_unreadable', what, {
    remedy: 'let crmwatch read and write this file and its folder, or name another one in keep_in',
    cause,
  });
}
