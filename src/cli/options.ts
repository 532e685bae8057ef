import { parseArgs } from 'node:util';
import { CrmwatchError, errorMessage } from '../std/std.ts';

export type OptionDefinitions = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly multiple?: boolean }>
>;

export type ParsedOptions = {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  /** All values of an option that may be repeated, in their order. */
  texts(name: string): readonly string[];
  flag(name: string): boolean;
};

/** Node's own messages are long and speak of positional arguments; the option is what matters. */
function optionProblem(command: string, error: unknown): string {
  const message = errorMessage(error);
  const option = /^(?:Unknown option|Option) '(--?[^ '=]+)/.exec(message)?.[1] ?? 'an option';
  if (message.startsWith('Unknown')) return `${command} has no option ${option}`;
  if (message.includes('does not take')) return `${option} of ${command} takes no value`;
  return `${option} of ${command} needs a value; one that begins with a dash is written ${option}=VALUE`;
}

/** Parses a command's arguments; anything unexpected is a usage error that names it. */
export function parseOptions(
  command: string,
  words: readonly string[],
  definitions: OptionDefinitions,
  positionalCount: { readonly minimum: number; readonly maximum: number },
): ParsedOptions {
  const remedy = `see: crmwatch ${command} --help`;
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...words], options: definitions, allowPositionals: true });
  } catch (error) {
    throw new CrmwatchError('usage', optionProblem(command, error), { remedy });
  }
  const { values, positionals } = parsed;
  if (
    positionals.length < positionalCount.minimum ||
    positionals.length > positionalCount.maximum
  ) {
    const found = positionals.length === 0 ? 'none' : positionals.join(' ');
    const { minimum, maximum } = positionalCount;
    const range = minimum === maximum ? String(minimum) : `${minimum} to ${maximum}`;
    const wanted =
      maximum === 0 ? 'no arguments' : `${range} ${range === '1' ? 'argument' : 'arguments'}`;
    throw new CrmwatchError('usage', `${command} takes ${wanted}, found ${found}`, { remedy });
  }
  return {
    positionals,
    text: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    texts: (name) => (Array.isArray(values[name]) ? (values[name] as string[]) : []),
    flag: (name) => values[name] === true,
  };
}

/** The value of an option that must be given. */
export function requireOption(command: string, options: ParsedOptions, name: string): string {
  const value = options.text(name);
  if (value !== undefined && value !== '') return value;
  throw new CrmwatchError('usage', `${command} needs --${name}`, {
    remedy: `see: crmwatch ${command} --help`,
  });
}
