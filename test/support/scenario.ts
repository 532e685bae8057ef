/**
 * A scenario of the command line is one text file that reads like a terminal:
 *
 *     # Why this matters.
 *     -- crmwatch.yaml --
 *     …a file in the scenario's own folder, $WORK…
 *     -- run --
 *     $ crmwatch check-config $WORK/crmwatch.yaml
 *     > what must come on standard output
 *     ! what must come on standard error
 *     = 0
 *
 * `<number>` and `<text>` stand for what differs from run to run, `...` for any number of lines.
 */
export type Step = {
  readonly command: string;
  readonly output: readonly string[];
  readonly errors: readonly string[];
  readonly exitCode: number;
};

export type Scenario = {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly Step[];
};

const SECTION = /^-- (\S+) --$/;

function parseSteps(lines: readonly string[], name: string): readonly Step[] {
  const steps: { command: string; output: string[]; errors: string[]; exitCode: number }[] = [];
  for (const line of lines.filter((candidate) => candidate.trim() !== '')) {
    const step = steps.at(-1);
    const text = line.slice(2);
    if (line.startsWith('$ ')) steps.push({ command: text, output: [], errors: [], exitCode: -1 });
    else if (step === undefined) throw new Error(`${name}: no command before "${line}"`);
    else if (line.startsWith('>')) step.output.push(text);
    else if (line.startsWith('!')) step.errors.push(text);
    else if (line.startsWith('= ')) step.exitCode = Number(text);
    else throw new Error(`${name}: cannot read "${line}"`);
  }
  return steps;
}

export function parseScenario(text: string, name: string): Scenario {
  const title: string[] = [];
  const sections = new Map<string, string[]>();
  let current = title;
  for (const line of text.split('\n')) {
    const section = SECTION.exec(line)?.[1];
    if (section === undefined) current.push(line);
    else sections.set(section, (current = []));
  }
  const steps = parseSteps(sections.get('run') ?? [], name);
  sections.delete('run');
  const unfinished = steps.find(({ exitCode }) => exitCode === -1);
  if (steps.length === 0 || unfinished !== undefined) {
    throw new Error(`${name}: ${unfinished?.command ?? 'it'} runs nothing or has no exit code`);
  }
  return {
    title: title
      .map((line) => line.replace(/^# ?/, ''))
      .join(' ')
      .trim(),
    files: new Map([...sections].map(([file, lines]) => [file, lines.join('\n')])),
    steps,
  };
}

function patternOf(line: string): string {
  return line
    .split(/(<number>|<text>)/)
    .map((part) => {
      if (part === '<number>') return String.raw`-?[\d.]+(?:e[+-]?\d+)?`;
      return part === '<text>' ? '.+' : RegExp.escape(part);
    })
    .join('');
}

/** A pattern for the whole of a stream. */
export function streamPattern(lines: readonly string[]): RegExp {
  const patterns = lines.map((line) =>
    line === '...' ? String.raw`(?:.*\n)*?` : String.raw`${patternOf(line)}\n`,
  );
  return new RegExp(`^${patterns.join('')}$`);
}
