import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ProgramEnd, ProgramRun, RunProgram } from '../exporter/connectors/connectors.ts';
import { systemErrorCode } from '../std/std.ts';
import type { Clock } from '../std/std.ts';

type Child = ChildProcessByStdio<null, Readable, null>;

/** Who left the group of a program may hold its output open; what is in it by then has been read. */
const DRAIN_MS = 100;

/** Leaders of groups that run now. They outlive a process that is ended at once, unless it takes them along. */
const living = new Set<number>();
process.once('exit', () => {
  for (const leader of living) signalGroup(leader, 'SIGKILL');
});

/** A group that has ended, or that belongs to another user, is left alone. */
function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Says nothing of arguments and environment, which may hold what nobody is to read. */
function whyNotStarted(error: unknown): ProgramEnd {
  const code = systemErrorCode(error) ?? 'an unknown error';
  if (code === 'ENOENT') {
    return { kind: 'missing', detail: 'the program, or what its first line names, does not exist' };
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return { kind: 'not_permitted', detail: 'this user may not run the program' };
  }
  return { kind: 'not_started', detail: `the program could not be started (${code})` };
}

export function createProgramRunner(clock: Clock): RunProgram {
  return async (run) => {
    if (run.signal?.aborted === true) return { kind: 'late', detail: 'the run was stopped' };
    try {
      const { program, arguments: words, environment: env } = run;
      // A group of its own, so that what it starts can be ended with it; and no folder of ours to look around in.
      const how = { cwd: '/', env, detached: true, shell: false } as const;
      const child = spawn(program, words, { ...how, stdio: ['ignore', 'pipe', 'ignore'] });
      return await watch(child, run, clock);
    } catch (error) {
      return whyNotStarted(error);
    }
  };
}

/** Follows a program to its end, and sees to it that there is one. */
async function watch(child: Child, run: ProgramRun, clock: Clock): Promise<ProgramEnd> {
  const { timeoutMs, graceMs, outputBytes } = run;
  const { promise, resolve } = Promise.withResolvers<ProgramEnd>();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let early: ProgramEnd | undefined;
  let timer = clock.after(timeoutMs, () => {
    end({ kind: 'late', detail: `the program did not end within ${timeoutMs} ms` });
  });

  /** Ends it before it does so by itself; whatever it says after that comes too late. */
  function end(why: ProgramEnd): void {
    if (early !== undefined) return;
    early = why;
    child.stdout.destroy();
    insist('SIGTERM', () => {
      insist('SIGKILL', () => resolve(why));
    });
  }
  function insist(signal: 'SIGTERM' | 'SIGKILL', next: () => void): void {
    timer.cancel();
    if (child.pid !== undefined) signalGroup(child.pid, signal);
    timer = clock.after(graceMs, next);
  }
  const stop = (): void => end({ kind: 'late', detail: 'the run was stopped' });

  function settle(own: ProgramEnd): void {
    timer.cancel();
    resolve(early ?? own);
  }

  if (child.pid !== undefined) living.add(child.pid);
  run.signal?.addEventListener('abort', stop, { once: true });
  child.stdout.on('data', (chunk: Uint8Array) => {
    bytes += chunk.byteLength;
    chunks.push(chunk);
    // What is cut off in the middle of a number is another number, so nothing of it is used.
    const detail = `the program printed more than ${outputBytes} bytes`;
    if (bytes > outputBytes) end({ kind: 'too_large', detail });
  });
  child.once('error', (error) => settle(whyNotStarted(error)));
  child.once('exit', (status, signal) => {
    if (child.pid !== undefined) {
      living.delete(child.pid);
      // As long as somebody is left in the group, its number is given to no one else.
      signalGroup(child.pid, 'SIGKILL');
    }
    const own = (): ProgramEnd =>
      status === null
        ? { kind: 'killed', detail: `the program was ended by ${signal ?? 'a signal'}` }
        : { kind: 'exited', status, output: Buffer.concat(chunks) };
    child.once('close', () => settle(own()));
    timer.cancel();
    // What is in the pipe already is read between the two.
    timer = clock.after(DRAIN_MS, () => setImmediate(() => settle(own())));
  });
  try {
    return await promise;
  } finally {
    run.signal?.removeEventListener('abort', stop);
    child.stdout.destroy();
    child.unref();
  }
}
