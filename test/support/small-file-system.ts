import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createTemporaryFolder } from './responder.ts';

/** A file system of its own below a folder, for what only a real one shows: no room, no writing. */
export type SmallFileSystem = {
  resize(megabytes: number): void;
  setReadOnly(isReadOnly: boolean): void;
} & Disposable;

/** Needs the right to mount; nothing is left behind on the disk, since it lies in memory. */
export function mountSmallFileSystem(folder: string, megabytes: number): SmallFileSystem {
  mkdirSync(folder, { recursive: true });
  const mount = (...words: readonly string[]): void =>
    void execFileSync('mount', [...words, folder], { stdio: 'pipe' });
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'crmwatch-test');
  return {
    resize: (size) => mount('-o', `remount,size=${size}m`),
    setReadOnly: (isReadOnly) => mount('-o', `remount,${isReadOnly ? 'ro' : 'rw'}`),
    // Lazily, so that a process that has not quite ended yet does not keep it.
    [Symbol.dispose]: () => void execFileSync('umount', ['--lazy', folder], { stdio: 'pipe' }),
  };
}

/** Whether this user of this machine may mount; containers often may not, although they are root. */
export function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  using folder = createTemporaryFolder();
  try {
    mountSmallFileSystem(`${folder.path}/trial`, 1)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
