import { CrmwatchError } from '../std/std.ts';
import { DATA_OPTION_DEFINITIONS, dataOptionsOf } from './data-options.ts';
import type { DataOptions } from './data-options.ts';
import { parseOptions } from './options.ts';
import type { OptionDefinitions, ParsedOptions } from './options.ts';

const DEFINITIONS: OptionDefinitions = {
  ...DATA_OPTION_DEFINITIONS,
  report: { type: 'string' },
  model: { type: 'string' },
  'leave-class-out': { type: 'boolean' },
  json: { type: 'boolean' },
};

const DEFAULT_FOLDS = 10;

export type EvaluateOptions = DataOptions & {
  /** The file with the data. */
  readonly path: string;
  readonly folds: number;
  readonly leaveClassOut: boolean;
  readonly json: boolean;
  /** Where a report is to be written. */
  readonly report: string | undefined;
  /** The file of a model that is to be held to the data instead. */
  readonly model: string | undefined;
};

/** Reads the words after `crmwatch evaluate`; throws a usage error that names the option. */
export function parseEvaluateOptions(words: readonly string[]): EvaluateOptions {
  const options = parseOptions('evaluate', words, DEFINITIONS, { minimum: 1, maximum: 1 });
  const data = dataOptionsOf(options);
  const model = options.text('model');
  if (model !== undefined) refuseBeside(options);
  return {
    model,
    ...data,
    path: options.positionals[0] ?? '',
    folds: data.folds ?? DEFAULT_FOLDS,
    leaveClassOut: options.flag('leave-class-out'),
    json: options.flag('json'),
    report: options.text('report'),
  };
}

/** What is for the fitting of models, or for the pages about it, says nothing about a model that is there. */
function refuseBeside(options: ParsedOptions): void {
  const names = ['folds', 'seed', 'encoding', 'c', 'time', 'report', 'leave-class-out'];
  const found = names.find((name) => options.text(name) !== undefined || options.flag(name));
  if (found === undefined) return;
  throw new CrmwatchError('usage', `--${found} does not go with --model`, {
    remedy: 'leave one of them out: with --model nothing is fitted',
  });
}

/**
 * The words that give the same report again: with the defaults written out, since another version may have others, and
 * without the name of the report, which changes nothing in it.
 */
export function repeatingWords(options: EvaluateOptions): readonly string[] {
  const { path, texts, ignore, folds, seed, leaveClassOut } = options;
  // A value that begins with a dash would be taken for an option.
  const written = (name: string, value: string): readonly string[] =>
    value.startsWith('-') ? [`--${name}=${value}`] : [`--${name}`, value];
  return [
    'npx',
    'crmwatch',
    'evaluate',
    ...(path.startsWith('-') ? [] : [path]),
    ...Object.entries(texts).flatMap(([name, value]) => written(name, value)),
    ...ignore.flatMap((column) => written('ignore', column)),
    ...written('folds', String(folds)),
    ...written('seed', String(seed)),
    ...(leaveClassOut ? ['--leave-class-out'] : []),
    ...written('report', 'report.html'),
    ...(path.startsWith('-') ? ['--', path] : []),
  ];
}
