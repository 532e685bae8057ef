import { ENCODING_KINDS } from '../responder/diagnosis/diagnosis.ts';
import type { EncodingKind } from '../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../std/std.ts';
import type { OptionDefinitions, ParsedOptions } from './options.ts';

/** Options that take one text, and say how labelled data is read and what is fitted to it. */
const TEXTS = ['label', 'labels', 'group', 'time', 'delimiter', 'encoding', 'c'] as const;
export type DataText = (typeof TEXTS)[number];

export const DATA_OPTION_DEFINITIONS: OptionDefinitions = {
  ...Object.fromEntries(
    [...TEXTS, 'folds', 'seed'].map((name) => [name, { type: 'string' } as const]),
  ),
  ignore: { type: 'string', multiple: true },
};

export const DATA_OPTIONS_HELP = `  --label COLUMN      the column with the class; otherwise the one called label, class, target or y
  --labels FILE       the classes in a file of their own, one per line
  --group COLUMN      rows that belong together
  --time COLUMN       folds in the order of time: each is predicted from what came before it
  --ignore COLUMN     a column that is no feature; may be repeated
  --delimiter CHAR    what parts the cells; found in the first line unless given`;

export type DataOptions = {
  /** As they were given. */
  readonly texts: Readonly<Partial<Record<DataText, string>>>;
  readonly ignore: readonly string[];
  readonly folds: number | undefined;
  readonly seed: number;
  readonly encoding: EncodingKind | undefined;
  readonly strengthC: number | undefined;
};

/** Throws a usage error that names the option. */
export function dataOptionsOf(options: ParsedOptions): DataOptions {
  return {
    texts: Object.fromEntries(
      TEXTS.flatMap((name) => {
        const value = options.text(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    ignore: options.texts('ignore'),
    folds: wholeNumberOf(options, 'folds', 2),
    seed: wholeNumberOf(options, 'seed', 0) ?? 0,
    encoding: encodingOf(options),
    strengthC: strengthOf(options),
  };
}

/** What was asked for instead of what would be chosen. */
export function givenRecipe({ encoding, strengthC }: DataOptions): {
  readonly encoding?: EncodingKind;
  readonly strengthC?: number;
} {
  return {
    ...(encoding === undefined ? {} : { encoding }),
    ...(strengthC === undefined ? {} : { strengthC }),
  };
}

export function wholeNumberOf(
  options: ParsedOptions,
  name: string,
  minimum: number,
): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= minimum) return value;
  throw new CrmwatchError('usage', `--${name} is "${text}"`, {
    remedy: `give a whole number of at least ${minimum}`,
  });
}

function encodingOf(options: ParsedOptions): EncodingKind | undefined {
  const text = options.text('encoding');
  const found = ENCODING_KINDS.find((kind) => kind === text);
  if (text === undefined || found !== undefined) return found;
  throw new CrmwatchError('usage', `--encoding is "${text}"`, {
    remedy: `give one of ${ENCODING_KINDS.join(', ')}, or leave it out to have it chosen`,
  });
}

function strengthOf(options: ParsedOptions): number | undefined {
  const text = options.text('c');
  if (text === undefined || Number(text) > 0) return text === undefined ? undefined : Number(text);
  throw new CrmwatchError('usage', '--c takes a positive number', {
    remedy: 'write for example --c 1, or leave it out to have it chosen',
  });
}
