import { isUtf8 } from 'node:buffer';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { CrmwatchError, describeFileError } from '../std/std.ts';

/** Bundles of certificate authorities are read here too, and have some hundred thousand bytes. */
export const SECRET_FILE_BYTES: number = 2 * 1024 * 1024;

/** Reads secrets out of files; throws secret_unreadable. */
export type SecretFiles = { read(path: string): string };

type Read = { readonly mark: string; readonly text: string };

/**
 * A file is read again when it was written, replaced or pointed elsewhere since. What can be read only once, such
 * as a pipe, is.
 */
export function createSecretFiles(): SecretFiles {
  const known = new Map<string, Read>();

  function read(path: string): string {
    const mark = markOf(statSync(path, { bigint: true }));
    const before = known.get(path);
    if (before?.mark === mark) return before.text;
    // Forgotten first: a secret that was taken away must not come back.
    known.delete(path);
    const fresh = readWhole(path);
    known.set(path, fresh);
    return fresh.text;
  }

  return {
    read(path) {
      let text: string;
      try {
        text = read(path);
      } catch (cause) {
        if (cause instanceof CrmwatchError) throw cause;
        throw new CrmwatchError('secret_unreadable', describeFileError(path, cause), {
          remedy: 'put the secret alone into that file, readable by the user crmwatch runs as',
          cause,
        });
      }
      if (text !== '') return text;
      throw new CrmwatchError('secret_unreadable', `${path} is empty`, {
        remedy: 'write the secret into the file',
      });
    },
  };
}

function markOf(stats: BigIntStats): string {
  if (!stats.isFile()) return 'once';
  const { dev, ino, size, mtimeNs, ctimeNs } = stats;
  return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

function readWhole(path: string): Read {
  const file = openSync(path, 'r');
  try {
    // The mark is of the file that is read, whatever stands at its path by now.
    const stats = fstatSync(file, { bigint: true });
    const room = Buffer.alloc(65_536);
    const pieces: Buffer[] = [];
    let length = 0;
    for (;;) {
      const count = readSync(file, room);
      if (count === 0) break;
      length += count;
      if (length > SECRET_FILE_BYTES)
        throw refusal(path, `holds more than ${SECRET_FILE_BYTES} bytes`);
      pieces.push(Buffer.from(room.subarray(0, count)));
    }
    const bytes = Buffer.concat(pieces);
    if (!isUtf8(bytes)) throw refusal(path, 'holds bytes that are no UTF-8 text');
    return { mark: markOf(stats), text: bytes.toString('utf8').replace(/\r?\n$/, '') };
  } finally {
    closeSync(file);
  }
}

function refusal(path: string, found: string): CrmwatchError {
  return new CrmwatchError('secret_unreadable', `${path} ${found}`, {
    remedy: 'put the secret alone into that file, as text',
  });
}
