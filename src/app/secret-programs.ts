import { execFile, spawnSync } from 'node:child_process';
import { createSecretCommands } from '../config/config.ts';
import type {
  CommandLimits,
  CommandResult,
  CommandRunner,
  SecretCommands,
} from '../config/config.ts';
import { createLogger, createSystemClock, systemErrorCode } from '../std/std.ts';

/** What a process of Node tells of how a program ended. */
type End = {
  readonly error: unknown;
  readonly status: number | null;
  readonly signal: string | null;
};

/** Why there is no output, in words that hold nothing of what the program was given or has said. */
function whyNot({ error, status, signal }: End, limits: CommandLimits): string | undefined {
  const code = systemErrorCode(error);
  if (code === 'ENOENT') return 'does not exist, or is not in the PATH';
  if (code === 'EACCES') return 'may not be run by this user';
  if (code === 'ENOBUFS' || code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') {
    return `printed more than ${limits.outputBytes} bytes`;
  }
  if (code === 'ETIMEDOUT' || signal === KILL) {
    return `did not end within ${limits.timeoutMs} ms`;
  }
  if (signal !== null) return `was ended by ${signal}`;
  if (status !== 0) return status === null ? 'could not be run' : `ended with status ${status}`;
  return undefined;
}

const KILL = 'SIGKILL';

function optionsOf({ timeoutMs, outputBytes }: CommandLimits): {
  readonly timeout: number;
  readonly maxBuffer: number;
  readonly killSignal: typeof KILL;
  readonly encoding: 'utf8';
  readonly shell: false;
} {
  const limits = { timeout: timeoutMs, maxBuffer: outputBytes };
  return { ...limits, killSignal: KILL, encoding: 'utf8', shell: false };
}

/** Programs see no standard input, and what they write to standard error goes nowhere. */
export const SECRET_RUNNER: CommandRunner = {
  runNow([program = '', ...rest], limits): CommandResult {
    const stdio = ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[];
    const ended = spawnSync(program, rest, { ...optionsOf(limits), stdio });
    const why = whyNot({ ...ended, error: ended.error }, limits);
    return why === undefined ? { ok: true, output: ended.stdout } : { ok: false, why };
  },
  async run([program = '', ...rest], limits): Promise<CommandResult> {
    return new Promise((settle) => {
      const child = execFile(program, rest, optionsOf(limits), (error, output) => {
        const status = error === null ? 0 : child.exitCode;
        const why = whyNot({ error, status, signal: child.signalCode }, limits);
        settle(why === undefined ? { ok: true, output } : { ok: false, why });
      });
      child.stdin?.end();
    });
  },
};

/** The secrets that programs print, for the life of this process; failures of later runs are logged. */
export function createSecretPrograms(): SecretCommands {
  const logger = createLogger('warn');
  return createSecretCommands({
    runner: SECRET_RUNNER,
    clock: createSystemClock(),
    onFailure: ({ message, remedy }) =>
      logger.warn('a secret could not be read again; the last one is used on', { message, remedy }),
  });
}
