import { CrmwatchError } from '../std/std.ts';
import type { Clock } from '../std/std.ts';

/** What came of running a program: its standard output, or why there is none, in words without its arguments. */
export type CommandResult =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly why: string };

export type CommandLimits = { readonly timeoutMs: number; readonly outputBytes: number };

/** Runs a program without a shell. Its standard error is never kept: programs complain with secrets in hand. */
export type CommandRunner = {
  /** Blocks; for the start, before anything else waits. */
  runNow(command: readonly string[], limits: CommandLimits): CommandResult;
  run(command: readonly string[], limits: CommandLimits): Promise<CommandResult>;
};

export const SECRET_COMMAND_LIMITS: CommandLimits = { timeoutMs: 10_000, outputBytes: 64 * 1024 };
/** So old is a secret taken for good without asking again. */
export const SECRET_COMMAND_AGE_MS = 300_000;
/** Two runs are at least so far apart, however often the secret is refused or the program fails. */
export const SECRET_COMMAND_PAUSE_MS = 30_000;
/** While the program fails, the last secret is used for so long: a vault that is down must not blind monitoring. */
export const SECRET_COMMAND_KEEP_MS = 3_600_000;

/** Secrets that programs print; throws secret_unreadable. One for the whole life of a process. */
export type SecretCommands = {
  read(command: readonly string[]): string;
  /** The secret was refused somewhere, so it may have been replaced. */
  noteRefusal(command: readonly string[]): void;
};

export type SecretCommandDependencies = {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  /** A later run failed, and the secret of before is used on. */
  readonly onFailure: (error: CrmwatchError) => void;
};

type Entry = {
  readonly command: readonly string[];
  value: string;
  /** When the last run began. */
  askedAtMs: number;
  isRunning: boolean;
  failing?: { readonly sinceMs: number; readonly error: CrmwatchError };
};

/**
 * The first time that a secret is asked for blocks, since there is nothing to go on with; that is when the
 * configuration is checked. Later runs happen aside, and the next to ask gets what they found.
 */
export function createSecretCommands(dependencies: SecretCommandDependencies): SecretCommands {
  const { runner, clock, onFailure } = dependencies;
  const entries = new Map<string, Entry>();

  function ask(command: readonly string[]): Entry {
    const askedAtMs = clock.monotonicMs();
    const value = secretOf(command, runner.runNow(command, SECRET_COMMAND_LIMITS));
    return { command, value, askedAtMs, isRunning: false };
  }

  async function renew(entry: Entry): Promise<void> {
    entry.isRunning = true;
    entry.askedAtMs = clock.monotonicMs();
    try {
      entry.value = secretOf(entry.command, await runner.run(entry.command, SECRET_COMMAND_LIMITS));
      delete entry.failing;
    } catch (error) {
      if (!(error instanceof CrmwatchError)) throw error;
      entry.failing = { sinceMs: entry.failing?.sinceMs ?? clock.monotonicMs(), error };
      onFailure(error);
    } finally {
      entry.isRunning = false;
    }
  }

  function renewWhenOlder(entry: Entry, thanMs: number): void {
    if (!entry.isRunning && clock.monotonicMs() - entry.askedAtMs >= thanMs) void renew(entry);
  }

  return {
    read(command) {
      const key = JSON.stringify(command);
      const entry = entries.get(key) ?? ask(command);
      entries.set(key, entry);
      const { failing } = entry;
      renewWhenOlder(
        entry,
        failing === undefined ? SECRET_COMMAND_AGE_MS : SECRET_COMMAND_PAUSE_MS,
      );
      const failedForMs = clock.monotonicMs() - (failing?.sinceMs ?? clock.monotonicMs());
      if (failing !== undefined && failedForMs >= SECRET_COMMAND_KEEP_MS) throw failing.error;
      return entry.value;
    },
    noteRefusal(command) {
      const entry = entries.get(JSON.stringify(command));
      if (entry !== undefined) renewWhenOlder(entry, SECRET_COMMAND_PAUSE_MS);
    },
  };
}

/** The same rule as for files: a line break at the end does not belong to the secret. */
function secretOf(command: readonly string[], result: CommandResult): string {
  const secret = result.ok ? result.output.replace(/\r?\n$/, '') : '';
  if (secret !== '') return secret;
  const why = result.ok ? 'printed nothing' : result.why;
  // Arguments may name more than they should, so only the program is told.
  throw new CrmwatchError('secret_unreadable', `the program ${command[0]} ${why}`, {
    remedy: 'run the command by hand as the user crmwatch runs as; it must print the secret alone',
  });
}
