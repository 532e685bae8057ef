import {
  ENCODING_KINDS,
  decodeTrainingLines,
  evaluateTable,
  leaveClassesOut,
  readTable,
  reportOn,
  tableOfEpisodes,
} from '../../responder/diagnosis/diagnosis.ts';
import type {
  EncodingKind,
  Figure,
  FigureName,
  LabelledTable,
  LeftOutClass,
  Report,
  TableEvaluation,
} from '../../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';
import type { ParsedOptions } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

const REMEDY = 'name a table (CSV, TSV or SVMlight), or episodes as `crmwatch record` writes them';
const EPISODES_NAME = /\.jsonl$/i;

const TITLES: Readonly<Record<FigureName, string>> = {
  accuracy: 'accuracy',
  macroF1: 'macro-F1',
  topThree: 'right class among the first three',
  logLoss: 'log-loss (nats)',
  brier: 'Brier score (0 to 2)',
  calibrationError: 'expected calibration error (15 bins)',
  areaUnderRoc: 'area under ROC, each class against the rest',
  accuracyAt90: 'accuracy of the surest 90 %',
};
const COVERAGES: readonly number[] = [1, 0.95, 0.9, 0.8, 0.7, 0.5];

function wholeNumber(options: ParsedOptions, name: string, minimum: number): number | undefined {
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

function readData(path: string, options: ParsedOptions): LabelledTable {
  const text = readTextFile(path, 'training_data_invalid', REMEDY);
  if (EPISODES_NAME.test(path)) return tableOfEpisodes(decodeTrainingLines(text, path));
  const labels = options.text('labels');
  const given = (name: 'label' | 'group' | 'time' | 'delimiter'): object => {
    const value = options.text(name);
    return value === undefined ? {} : { [name]: value };
  };
  return readTable(text, path, {
    ...given('label'),
    ...given('group'),
    ...given('time'),
    ...given('delimiter'),
    ignore: options.texts('ignore'),
    ...(labels === undefined
      ? {}
      : { labels: { text: readTextFile(labels, 'training_data_invalid', REMEDY), place: labels } }),
  });
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(4);
}

function figureLine({ name, value, interval }: Figure): string {
  const range = interval === null ? '' : `   ${figure(interval.low)} to ${figure(interval.high)}`;
  return `  ${TITLES[name].padEnd(46)}${figure(value).padStart(8)}${range}`;
}

function describe(report: Report, { folds, inOrderOfTime, recipes }: TableEvaluation): string[] {
  const { classes, byClass, confusion, coverage } = report;
  const width = Math.max(5, ...classes.map((name) => name.length));
  const counted = Map.groupBy(recipes, ({ encoding, strengthC }) => `${encoding}, C ${strengthC}`);
  const wrong = confusion.filter(({ actual, answer }) => actual !== answer);
  return [
    `${report.rows} rows in ${report.groups} groups, ${classes.length} classes, ${folds} folds${inOrderOfTime ? ' in the order of time' : ''}`,
    `chosen within the folds: ${[...counted].map(([name, all]) => `${name} (${all.length})`).join('; ')}`,
    '',
    `${''.padEnd(48)}   value   95 % interval over groups`,
    ...report.figures.map(figureLine),
    '',
    `  ${'class'.padEnd(width)}   rows  precision  recall      F1`,
    ...byClass.map(
      (row) =>
        `  ${(classes[row.class] ?? '').padEnd(width)} ${String(row.rows).padStart(6)}     ${figure(row.precision).padStart(6)}  ${figure(row.recall).padStart(6)}  ${figure(row.f1).padStart(6)}`,
    ),
    '',
    '  answered   right   least probability',
    ...COVERAGES.flatMap((share) => {
      const point = coverage.find((candidate) => candidate.coverage >= share - 1e-12);
      return point === undefined
        ? []
        : [
            `   ${(point.coverage * 100).toFixed(1).padStart(5)} %  ${figure(point.accuracy)}  ${figure(point.threshold)}`,
          ];
    }),
    ...(wrong.length === 0 ? [] : ['', '  taken for something else:']),
    ...wrong.map(
      ({ actual, answer, rows }) => `  ${classes[actual]} → ${classes[answer]}  ${rows}`,
    ),
  ];
}

/** A line for each class, and the mean over their rows. */
function describeLeftOut(
  left: readonly LeftOutClass[],
  classes: readonly string[],
): readonly string[] {
  const width = Math.max(9, ...classes.map((name) => name.length));
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(9);
  const shares = left[0]?.points.map(({ falseUnknown }) => falseUnknown) ?? [];
  const rows = left.reduce((sum, one) => sum + one.rows, 0);
  const means = shares.map((_, at) =>
    left.reduce((sum, one) => sum + (one.points[at]?.unknown ?? 0) * (one.rows / rows), 0),
  );
  return [
    'share of a class that was never seen that is recognised as unknown,',
    'by the share of rows of known classes that are taken for unknown:',
    '',
    `  ${'class'.padEnd(width)}   rows${shares.map(percent).join('')}`,
    ...left.map(
      (one) =>
        `  ${(classes[one.class] ?? '').padEnd(width)} ${String(one.rows).padStart(6)}${one.points.map(({ unknown }) => percent(unknown)).join('')}`,
    ),
    `  ${'all rows'.padEnd(width)} ${String(rows).padStart(6)}${means.map(percent).join('')}`,
  ];
}

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'measure the classifier on rows that it did not see',
  help: `usage: crmwatch evaluate DATA [options]

Trains the classifier on all folds but one and predicts that one, in turn, and prints the figures. DATA is any table with a
class for each row (CSV, TSV or SVMlight), or episodes (JSON lines ending in .jsonl). Encoding and penalty are chosen by
cross-validation inside of the training folds. Rows with equal values, and rows of one group, never stand on both sides.

  --label COLUMN      the column with the class; otherwise the one called label, class, target or y
  --labels FILE       the classes in a file of their own, one per line
  --group COLUMN      rows that belong together
  --time COLUMN       folds in the order of time: each is predicted from what came before it
  --ignore COLUMN     a column that is no feature; may be repeated
  --delimiter CHAR    what parts the cells; found in the first line unless given
  --folds NUMBER      default 10
  --seed NUMBER       of the order in which groups are dealt out to folds; default 0
  --encoding NAME     plain, log or steps instead of the one that is chosen
  --c NUMBER          inverse strength of the L2 penalty instead of the one that is chosen
  --leave-class-out   instead: each class in turn is kept out of the training; how many of its rows are recognised as like nothing
                      seen, at which share of rows of known classes that are taken for such as well
  --json              everything as JSON`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'evaluate',
      context.arguments,
      {
        label: text,
        labels: text,
        group: text,
        time: text,
        ignore: { type: 'string', multiple: true },
        delimiter: text,
        folds: text,
        seed: text,
        encoding: text,
        c: text,
        'leave-class-out': { type: 'boolean' },
        json: { type: 'boolean' },
      },
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = options.positionals;
    const [folds, seed] = [wholeNumber(options, 'folds', 2), wholeNumber(options, 'seed', 0)];
    const [encoding, strengthC] = [encodingOf(options), strengthOf(options)];
    const table = readData(path, options);
    const common = {
      ...(folds === undefined ? {} : { folds }),
      ...(seed === undefined ? {} : { seed }),
      ...(encoding === undefined ? {} : { encoding }),
      ...(strengthC === undefined ? {} : { strengthC }),
    };
    if (options.flag('leave-class-out')) {
      const left = leaveClassesOut(table, {
        ...common,
        onClass: (index, count) => context.note(`class ${index} of ${count}`),
      });
      if (options.flag('json')) context.print(JSON.stringify(left, null, 2));
      else for (const line of describeLeftOut(left, table.classes)) context.print(line);
      return 0;
    }
    const evaluation = evaluateTable(table, {
      ...common,
      onFold: (fold, count) => context.note(`fold ${fold} of ${count}`),
    });
    const report = reportOn(evaluation.predictions, table.classes);
    if (options.flag('json')) {
      const { recipes } = evaluation;
      context.print(JSON.stringify({ ...report, folds: evaluation.folds, recipes }, null, 2));
    } else for (const line of describe(report, evaluation)) context.print(line);
    return 0;
  },
};
