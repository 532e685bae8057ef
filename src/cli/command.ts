/** What a command is given: its words, and the streams to write to. */
export type CommandContext = {
  /** Arguments after the verb. */
  readonly arguments: readonly string[];
  /** Prints one line for the person or program that reads the result. */
  print(line: string): void;
  /** Prints one line of progress or warning, to standard error. */
  note(line: string): void;
  /** Asks the person at the terminal for one line; absent where nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
};

/** 0 success; 1 it could not be done; 2 wrong usage; 3 the configuration has problems. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Command = {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole page of `crmwatch <name> --help`. */
  readonly help: string;
  run(context: CommandContext): Promise<ExitCode>;
};
