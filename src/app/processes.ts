import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { CrmwatchError, sleep } from '../std/std.ts';
import type { Clock } from '../std/std.ts';
import type { HttpClient } from '../http/http.ts';

export type ProcessOptions = {
  readonly name: string;
  readonly program: string;
  readonly arguments: readonly string[];
  readonly folder: string;
  readonly logFile: string;
  /** Answers 200 once the program is ready. */
  readonly readyUrl: string;
  readonly readyTimeoutMs: number;
  readonly http: HttpClient;
  readonly clock: Clock;
};

export type RunningProcess = {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the program ends, however that comes. */
  readonly ended: Promise<{ readonly code: number | null }>;
  /** Asks it to end, and ends it after `graceMs`. Idempotent. */
  stop(graceMs?: number): Promise<void>;
};

/** Where a program is on the PATH, or undefined. */
export function findProgram(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/usr/bin', '/usr/local/bin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

/** A port of the loopback interface that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function lastLines(file: string, count: number): string {
  return existsSync(file)
    ? readFileSync(file, 'utf8').trim().split('\n').slice(-count).join('\n')
    : '';
}

function launch(options: ProcessOptions): ChildProcess {
  const path = findProgram(options.program);
  if (path === undefined) {
    throw new CrmwatchError('program_missing', `the program ${options.program} is not installed`, {
      remedy: `install it, on Debian with: apt-get install ${options.program}`,
    });
  }
  const log = openSync(options.logFile, 'a');
  try {
    return spawn(path, options.arguments, {
      cwd: options.folder,
      stdio: ['ignore', log, log],
      // A Ctrl-C in the terminal reaches crmwatch, which then stops its programs in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

async function waitUntilReady(
  options: ProcessOptions,
  hasEnded: () => boolean,
  stop: () => Promise<void>,
): Promise<void> {
  const { http, clock, name, logFile } = options;
  const deadlineMs = clock.monotonicMs() + options.readyTimeoutMs;
  for (;;) {
    const outcome = await http.request({ method: 'GET', url: options.readyUrl, timeoutMs: 2000 });
    if (outcome.ok && outcome.answer.status === 200) return;
    if (hasEnded() || clock.monotonicMs() > deadlineMs) break;
    await sleep(clock, 100);
  }
  await stop();
  throw new CrmwatchError(
    'program_failed',
    `${name} did not become ready; it said last:\n${lastLines(logFile, 5)}`,
    { remedy: `read ${logFile}` },
  );
}

/** Programs that run now. They outlive a process that is ended at once, unless it takes them along. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts a program and waits until it is ready; throws program_missing or program_failed. */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const child = launch(options);
  living.add(child);
  let hasEnded = false;
  const ended = new Promise<{ code: number | null }>((resolve) => {
    const end = (code: number | null): void => {
      hasEnded = true;
      living.delete(child);
      resolve({ code });
    };
    child.once('exit', end);
    child.once('error', () => end(null));
  });
  async function stop(graceMs = 5000): Promise<void> {
    if (hasEnded) return;
    child.kill('SIGTERM');
    const timer = options.clock.after(graceMs, () => child.kill('SIGKILL'));
    await ended;
    timer.cancel();
  }
  await waitUntilReady(options, () => hasEnded, stop);
  return { name: options.name, pid: child.pid ?? 0, ended, stop };
}
