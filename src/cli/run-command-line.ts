import { readVersion } from '../app/app.ts';
import { CrmwatchError, errorMessage } from '../std/std.ts';
import type { CommandContext, ExitCode } from './command.ts';
import { COMMANDS } from './registry.ts';

async function usage(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map(async (load) => load()));
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return [
    'crmwatch watches CRM platforms for performance, security and data quality, and handles what goes wrong.',
    '',
    'usage: crmwatch <command> [options]',
    '',
    ...lines,
    '',
    'crmwatch <command> --help tells more. Exit codes: 0 success, 1 it could not be done, 2 wrong usage,',
    '3 the configuration has problems.',
  ].join('\n');
}

function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof CrmwatchError)) return 1;
  if (error.code === 'usage' || error.code === 'unknown_fault') return 2;
  return error.code === 'config_invalid' || error.code === 'secret_unreadable' ? 3 : 1;
}

function report(error: unknown, note: (line: string) => void): void {
  note(`crmwatch: ${errorMessage(error)}`);
  if (error instanceof CrmwatchError) note(`  remedy: ${error.remedy}`);
  else if (error instanceof Error && error.stack !== undefined) note(error.stack);
}

export type Streams = Pick<CommandContext, 'print' | 'note' | 'ask'>;

/** Runs the command that the words name, and reports what went wrong with its remedy. Never throws. */
export async function runCommandLine(
  words: readonly string[],
  { print, note, ask }: Streams,
): Promise<ExitCode> {
  const [name, ...rest] = words;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(await usage());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    print(`crmwatch ${readVersion()}`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? await COMMANDS[name]?.() : undefined;
  if (command === undefined) {
    note(`crmwatch: there is no command "${name}"\n  remedy: see: crmwatch --help`);
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    print(command.help);
    return 0;
  }
  const context: CommandContext = {
    arguments: rest,
    print,
    note,
    ...(ask === undefined ? {} : { ask }),
  };
  try {
    return await command.run(context);
  } catch (error) {
    report(error, note);
    return exitCodeOf(error);
  }
}
