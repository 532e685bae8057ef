import { parseArgs } from 'node:util';

export const LAB_COMMANDS = ['all', 'record', 'train', 'summary'] as const;
export type LabCommand = (typeof LAB_COMMANDS)[number];

export type LabOptions = {
  readonly command: LabCommand;
  readonly output: string;
  readonly model: string;
  readonly perClass: number;
  readonly sandboxes: number;
  readonly trytons: number;
  readonly scrapeSeconds: number;
  readonly seed: number;
  readonly only: readonly string[];
  readonly data: string;
};

/** The model that ships. */
export const DEFAULT_MODEL = 'models/fault-classifier.json';

/** Both so that a held-out target is left beside one to learn from, and that two cores can carry them. */
const MOST_TARGETS = 10;

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new Error(`--${name} takes a whole number up to ${most}, found "${text}"`);
}

/** The words after `npm run lab --`; test/lab/main.ts says what each means. Throws for what it does not know. */
export function parseLabOptions(words: readonly string[]): LabOptions {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      output: { type: 'string', default: 'models/episodes.jsonl' },
      model: { type: 'string', default: DEFAULT_MODEL },
      'per-class': { type: 'string', default: '12' },
      sandboxes: { type: 'string', default: '4' },
      trytons: { type: 'string', default: '2' },
      scrape: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      data: { type: 'string', default: 'data/lab' },
    },
  });
  const [name = 'all', ...more] = positionals;
  const command = LAB_COMMANDS.find((each) => each === name);
  if (command === undefined || more.length > 0) {
    throw new Error(`expected one of ${LAB_COMMANDS.join(', ')}, found "${positionals.join(' ')}"`);
  }
  return {
    command,
    output: values.output,
    model: values.model,
    perClass: wholeNumber('per-class', values['per-class'], 1000),
    sandboxes: wholeNumber('sandboxes', values.sandboxes, MOST_TARGETS),
    trytons: wholeNumber('trytons', values.trytons, MOST_TARGETS),
    scrapeSeconds: wholeNumber('scrape', values.scrape, 60),
    seed: wholeNumber('seed', values.seed, 1_000_000),
    only: values.only.split(',').filter((id) => id !== ''),
    data: values.data,
  };
}
