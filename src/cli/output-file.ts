import { accessSync, constants, existsSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CrmwatchError, describeFileError } from '../std/std.ts';

/**
 * Before a long computation: throws a usage error when `path` could not be written at its end, or when it is one of the
 * files that are read. Nothing is created, and what is there already stays as it is until then.
 */
export function requireWritable(option: string, path: string, inputs: readonly string[]): void {
  if (path === '') {
    throw new CrmwatchError('usage', `--${option} names no file`, {
      remedy: `name one: --${option} report.html`,
    });
  }
  const folder = dirname(resolve(path));
  if (!existsSync(folder)) {
    throw new CrmwatchError('usage', `there is no folder for --${option} ${path}`, {
      remedy: `make it first: mkdir -p ${dirname(path)}`,
    });
  }
  const remedy = `name a file that this user may write: --${option} FILE`;
  const isThere = existsSync(path);
  if (isThere && statSync(path).isDirectory()) {
    throw new CrmwatchError('usage', `${path} is a folder`, { remedy });
  }
  if (isThere && inputs.some((input) => existsSync(input) && isSameFile(input, path))) {
    throw new CrmwatchError('usage', `--${option} ${path} would overwrite what is read`, {
      remedy: 'name another file',
    });
  }
  try {
    accessSync(isThere ? path : folder, constants.W_OK);
  } catch (cause) {
    throw new CrmwatchError('usage', describeFileError(isThere ? path : folder, cause), {
      remedy,
      cause,
    });
  }
}

function isSameFile(left: string, right: string): boolean {
  return realpathSync(left) === realpathSync(right);
}

/** Writes over whatever is there. */
export function writeTextFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new CrmwatchError('usage', describeFileError(path, cause), {
      remedy: 'make room, or name another file',
      cause,
    });
  }
}
