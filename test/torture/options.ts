import { parseArgs } from 'node:util';

import { STORES } from './suite.ts';
import type { StoreName, Suite } from './suite.ts';

export type TortureOptions = {
  readonly seed: number;
  readonly stores: readonly StoreName[];
  readonly suites: readonly { readonly suite: Suite; readonly count: number }[];
};

export type ParsedOptions =
  | { readonly kind: 'run'; readonly options: TortureOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly why: string };

const DEFAULT_SEED = 1;
/** More would run for weeks; a larger number is a slip of the finger. */
const COUNT_LIMIT = 1_000_000;

/** Reads the words after `npm run torture --`; each suite brings the option that says how often. */
export function parseOptions(words: readonly string[], suites: readonly Suite[]): ParsedOptions {
  try {
    const text = { type: 'string' } as const;
    const counts = Object.fromEntries(suites.map(({ unit }) => [unit, text]));
    const { values } = parseArgs({
      args: [...words],
      options: { help: { type: 'boolean' }, seed: text, store: text, only: text, ...counts },
    });
    if (values.help === true) return { kind: 'help' };
    const given = values as Readonly<Record<string, string | undefined>>;
    const chosen = chooseSuites(given['only'], suites).map((suite) => ({
      suite,
      count: wholeNumber(`--${suite.unit}`, given[suite.unit], suite.defaultCount),
    }));
    const seed = wholeNumber('--seed', given['seed'], DEFAULT_SEED);
    return {
      kind: 'run',
      options: { seed, stores: chooseStores(given['store']), suites: chosen },
    };
  } catch (error) {
    return { kind: 'wrong', why: (error as Error).message };
  }
}

function chooseSuites(only: string | undefined, suites: readonly Suite[]): readonly Suite[] {
  if (only === undefined) return suites;
  return only.split(',').map((name) => {
    const suite = suites.find((candidate) => candidate.name === name);
    if (suite !== undefined) return suite;
    const names = suites.map((candidate) => candidate.name).join(', ');
    throw new Error(`there is no suite "${name}"; --only takes some of: ${names}`);
  });
}

function chooseStores(store: string | undefined): readonly StoreName[] {
  if (store === undefined || store === 'both') return STORES;
  const known = STORES.find((name) => name === store);
  if (known !== undefined) return [known];
  throw new Error(`there is no store "${store}"; --store takes both, ${STORES.join(' or ')}`);
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= COUNT_LIMIT) return value;
  throw new Error(`${name} takes a whole number from 1 to ${COUNT_LIMIT}, not "${text}"`);
}

export function renderHelp(suites: readonly Suite[]): string {
  return [
    'usage: npm run torture -- [options]',
    '',
    'Breaks a real responder in every way that it promises to survive, and looks at what is left.',
    'Prints progress on standard error and the report, as Markdown, on standard output.',
    'Exit code 0: no promise was broken; 1: some were, or nothing ran; 2: wrong usage.',
    '',
    ...suites.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`),
    '',
    'options:',
    ...suites.map(({ unit, name, defaultCount }) =>
      `  --${unit} N`
        .padEnd(18)
        .concat(`how many in the suite "${name}" (default ${defaultCount})`),
    ),
    '  --only NAMES    some of the suites, with commas between them',
    `  --seed N        another choice of what happens when (default ${DEFAULT_SEED})`,
    `  --store NAME    ${STORES.join(', ')} or both (default both)`,
    '  --help          this text',
  ].join('\n');
}
