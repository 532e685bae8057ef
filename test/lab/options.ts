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

export const LAB_HELP = `npm run lab: breaks real CRMs, records what is seen of it, and trains the model that ships.

usage: npm run lab -- [all | record | train | summary] [options]

  all         record what is missing, then train; the same without a word
  record      start the sandboxes and Trytons behind their fronts, Prometheus and Alertmanager, and record
  train       make the model from the recorded episodes, hold it to those that are held out, and write the figures of the
              model that ships into docs/DIAGNOSIS.md; needs neither network nor servers
  summary     count what is recorded, and name the classes that look alike

  --output FILE     the episodes (default: models/episodes.jsonl); a recording goes on where the file ends
  --model FILE      what training writes (default: models/fault-classifier.json)
  --per-class N     episodes of each class beside those that are held out (default: 12)
  --sandboxes N     targets side by side (default: 4)
  --trytons N       (default: 2)
  --scrape N        seconds between scrapes (default: 5)
  --seed N          order, strengths and customers (default: 1)
  --only a,b        only episodes with one of these faults
  --data FOLDER     where the servers keep their data meanwhile (default: data/lab)`;

/** The model that ships. */
export const DEFAULT_MODEL = 'models/fault-classifier.json';

/** Both so that a held-out target is left beside one to learn from, and that two cores can carry them. */
const MOST_TARGETS = 10;

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${name} takes a whole number from ${least} to ${most}, found "${text}"`);
}

/** The words after `npm run lab --`; `LAB_HELP` says what each means. Throws for what it does not know. */
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
  const sandboxes = wholeNumber('sandboxes', values.sandboxes, 0, MOST_TARGETS);
  const trytons = wholeNumber('trytons', values.trytons, 0, MOST_TARGETS);
  if (sandboxes + trytons === 0)
    throw new Error('--sandboxes 0 --trytons 0 leaves nothing to break');
  return {
    command,
    output: values.output,
    model: values.model,
    perClass: wholeNumber('per-class', values['per-class'], 1, 1000),
    sandboxes,
    trytons,
    scrapeSeconds: wholeNumber('scrape', values.scrape, 1, 60),
    seed: wholeNumber('seed', values.seed, 0, 1_000_000),
    only: values.only.split(',').filter((id) => id !== ''),
    data: values.data,
  };
}
