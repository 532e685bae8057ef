import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

import type { CrashPoint } from '../../../src/std/std.ts';

export type VictimOptions = {
  readonly configFile: string;
  readonly logFile: string;
  /** Where it ends itself, and at which visit. */
  readonly crash?: { readonly point: CrashPoint; readonly nth: number };
};

/** A responder in a process of its own that loads at once and starts when it is told to. */
export type Victim = {
  start(): void;
  /** Sets its clock two hours ahead. */
  hurry(): void;
  /** Resolves once it listens, or has ended. */
  readonly listening: Promise<void>;
  /** Gives the crash point at which it ended itself, if it did. */
  readonly ended: Promise<CrashPoint | undefined>;
  kill(): void;
  /** Asks it to end in order. */
  stop(): void;
};

const HOOK = join(import.meta.dirname, 'crash-hook.ts');
const CHILD = join(import.meta.dirname, 'child.ts');
const CRASHING = /^crashing at (\S+)$/m;

const living = new Set<ChildProcessByStdio<Writable, Readable, null>>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export function createVictim(options: VictimOptions): Victim {
  const child = spawnChild(options);
  living.add(child);
  let told = '';
  const listening = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    if (told.includes('\nlistening ')) listening.resolve();
  });
  // Who is dead hears nothing any more.
  child.stdin.on('error', () => {});
  const ended = once(child, 'close').then(() => {
    living.delete(child);
    listening.resolve();
    return CRASHING.exec(told)?.[1] as CrashPoint | undefined;
  });
  return {
    start: () => void child.stdin.write('go\n'),
    hurry: () => void child.stdin.write('ahead\n'),
    listening: listening.promise,
    ended,
    kill: () => void child.kill('SIGKILL'),
    stop: () => void child.kill('SIGTERM'),
  };
}

function spawnChild({
  configFile,
  logFile,
  crash,
}: VictimOptions): ChildProcessByStdio<Writable, Readable, null> {
  const log = openSync(logFile, 'a');
  try {
    const at = crash === undefined ? '' : `${crash.point}#${crash.nth}`;
    return spawn(process.execPath, ['--import', HOOK, CHILD, configFile], {
      stdio: ['pipe', 'pipe', log],
      env: { ...process.env, CRMWATCH_TORTURE_CRASH: at },
    }) as ChildProcessByStdio<Writable, Readable, null>;
  } finally {
    closeSync(log);
  }
}
