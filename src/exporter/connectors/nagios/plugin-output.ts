/** What a plugin printed, taken apart. */
export type PluginOutput = {
  /** The first line, for people. */
  readonly text: string;
  readonly performance: string;
};

/**
 * Of the first line, what follows a `|` is performance data. So is, of the lines after it, all that follows the next `|`, to
 * the end (Nagios Core, "Plugin API"; base/checks.c, parse_check_output).
 */
export function readPluginOutput(output: string): PluginOutput {
  const lines = output.split(/\r?\n/);
  const [first = '', ...others] = lines;
  const [text, performance] = divide(first);
  const [, more] = divide(others.join('\n'));
  return { text, performance: `${performance}\n${more}` };
}

function divide(text: string): readonly [string, string] {
  const bar = text.indexOf('|');
  return bar === -1 ? [text, ''] : [text.slice(0, bar), text.slice(bar + 1)];
}

const TEXT_CHARACTERS = 200;

/** Text of a program for a log: one line, short, nobody's address in it. */
export function maskPluginText(text: string): string {
  return text
    .slice(0, 10 * TEXT_CHARACTERS)
    .replaceAll(/[\p{C}\p{Z}\uFFFD]+/gu, ' ')
    .replaceAll(/[^\s@<>()]+@[^\s@<>()]+/g, '[address]')
    .trim()
    .slice(0, TEXT_CHARACTERS);
}
