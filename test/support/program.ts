import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { accessSync, constants, createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';

/** A program of the machine that a test runs: always stopped by its own process id, never by name. */
export type Program = {
  readonly pid: number;
  /** Everything that it wrote so far, standard error included. */
  log(): string;
  hasEnded(): boolean;
  /** Sends any signal, such as SIGSTOP and SIGCONT to freeze and thaw it. */
  signal(name: NodeJS.Signals): void;
  /** Asks it to end with `signal`, insists with SIGKILL after 10 s, and resolves once it is gone. Idempotent. */
  stop(signal?: NodeJS.Signals): Promise<void>;
};

export type ProgramOptions = {
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Runs it as this user when the test itself runs as root. */
  readonly user?: SystemUser;
  readonly logFile: string;
};

export type SystemUser = { readonly uid: number; readonly gid: number };

const living = new Set<ChildProcess>();
// A test run that dies must not leave servers behind; this is the last resort after `stop`.
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export function startProgram(command: string, options: ProgramOptions): Program {
  const child = spawn(command, options.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    ...(options.user !== undefined && process.getuid?.() === 0 ? options.user : {}),
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  living.add(child);
  let ended = false;
  const end = new Promise<void>((resolve) => {
    child.once('error', () => settle());
    child.once('close', () => settle());
    function settle(): void {
      ended = true;
      living.delete(child);
      log.end(resolve);
    }
  });
  return {
    pid: child.pid ?? -1,
    log: () => readFileSync(options.logFile, 'utf8'),
    hasEnded: () => ended,
    signal: (name) => void child.kill(name),
    async stop(signal = 'SIGTERM') {
      if (ended) return;
      // A frozen process cannot act on a request to end.
      child.kill('SIGCONT');
      child.kill(signal);
      const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await end;
      clearTimeout(insist);
    },
  };
}

/**
 * Freezes a process until it is sent SIGCONT. The signal reaches the threads of a process one by one, so that on
 * a busy machine one of them may still answer after `kill` returned: this waits for the last one.
 */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await waitUntil(() => threadStates(pid).every((state) => state === 'T'), {
    timeoutMs: 30_000,
    everyMs: 5,
    describe: () => `process ${pid} stands still, its threads being ${threadStates(pid).join('')}`,
  });
}

/** The state letter of each thread, which follows the last bracket of its name, see proc_pid_stat(5). */
function threadStates(pid: number): readonly string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
    return text.charAt(text.lastIndexOf(')') + 2);
  });
}

/** Runs a program to its end; throws with its output when it fails or needs longer than `timeoutMs`. */
export async function runProgram(
  command: string,
  options: ProgramOptions & { readonly timeoutMs: number },
): Promise<string> {
  const child = spawn(command, options.arguments, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
    ...(options.folder === undefined ? {} : { cwd: options.folder }),
    ...(options.user !== undefined && process.getuid?.() === 0 ? options.user : {}),
  });
  living.add(child);
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  living.delete(child);
  if (code === 0) return output;
  throw new Error(`${command} ended with ${code ?? signal}: ${errors}${output}`.slice(0, 4000));
}

/** The path of a program on the PATH or in one of the extra folders, or undefined: then its tests are skipped. */
export function findProgram(
  name: string,
  extraFolders: readonly string[] = [],
): string | undefined {
  const folders = [...extraFolders, ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find((file) => isExecutable(file));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Ids of a user of this machine, or undefined. */
export function findUser(name: string): SystemUser | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((candidate) => candidate.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined || gid === undefined
    ? undefined
    : { uid: Number(uid), gid: Number(gid) };
}

/** A TCP port of 127.0.0.1 that was free a moment ago, for programs that cannot listen on port 0. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Below the ports that Linux hands out by itself, see ip(7), ip_local_port_range. */
const LASTING_PORTS = { from: 15_000, to: 32_000 };
const PORT_TRIES = 100;

/** A TCP port of 127.0.0.1 for a program that comes back to it: nobody is given it by chance while that is down. */
export async function findLastingPort(): Promise<number> {
  const { from, to } = LASTING_PORTS;
  for (let tries = 0; tries < PORT_TRIES; tries++) {
    const port = from + Math.floor(Math.random() * (to - from));
    const server = createServer();
    const listens = once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.listen(port, '127.0.0.1');
    if (!(await listens)) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`none of ${PORT_TRIES} ports from ${from} on is free`);
}

/** Asks `condition` until it holds; throws with `describe()` after `timeoutMs`. For real programs only. */
export async function waitUntil(
  condition: () => Promise<boolean> | boolean,
  options: {
    readonly timeoutMs: number;
    readonly describe: () => string;
    readonly everyMs?: number;
  },
): Promise<void> {
  const endMs = performance.now() + options.timeoutMs;
  while (!(await condition())) {
    if (performance.now() > endMs) throw new Error(`waited in vain: ${options.describe()}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 100));
  }
}
