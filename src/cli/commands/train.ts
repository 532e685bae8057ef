import { encodeModel, readCosts, trainModel } from '../../responder/diagnosis/diagnosis.ts';
import type { Cost, TrainedModel, Training } from '../../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import {
  DATA_OPTIONS_HELP,
  DATA_OPTION_DEFINITIONS,
  dataOptionsOf,
  givenRecipe,
} from '../data-options.ts';
import {
  describeAnswers,
  describeClasses,
  describeConfusion,
  describeFigures,
} from '../evaluate-text.ts';
import { parseOptions, requireOption } from '../options.ts';
import { requireWritable, writeTextFile } from '../output-file.ts';
import { readLabelledData } from '../read-data.ts';
import { readTextFile } from '../read-text-file.ts';

function describe({ model, report }: Training): readonly string[] {
  const { evaluation } = model;
  if (report === null || evaluation === null) {
    return ['no group of rows can be left out: nothing is known about how well it does'];
  }
  const { folds } = evaluation;
  return [
    `left-out groups (${folds} folds):`,
    ...describeFigures(report.figures),
    '',
    ...describeAnswers(evaluation),
    '',
    ...describeClasses(report),
    ...describeConfusion(report),
  ];
}

function summaryOf(output: string, { id, training }: TrainedModel): string {
  const { encoding, strengthC, iterations, gradientNorm } = training;
  return `wrote ${output}: model ${id}, ${encoding}, C ${strengthC}, ${iterations} iterations, gradient ${gradientNorm.toExponential(1)}`;
}

function costsOf(path: string | undefined, classes: readonly string[]): readonly Cost[] {
  if (path === undefined) return [];
  const remedy = 'name a table with the columns actual, answer and cost';
  return readCosts(readTextFile(path, 'training_data_invalid', remedy), path, classes);
}

function shareOf(text: string | undefined): { readonly falseUnknownRatio?: number } {
  if (text === undefined) return {};
  const falseUnknownRatio = Number(text);
  if (text.trim() !== '' && falseUnknownRatio >= 0 && falseUnknownRatio < 1) {
    return { falseUnknownRatio };
  }
  throw new CrmwatchError('usage', `--false-unknowns is "${text}"`, {
    remedy: 'give a share from 0 to below 1, such as 0.05',
  });
}

export const trainCommand: Command = {
  name: 'train',
  summary: 'train a classifier from recorded episodes, or from any table',
  help: `usage: crmwatch train DATA... --output FILE [options]

Fits a logistic model, prints how well it does on groups of rows that it did not see, and writes the model file. DATA is any
table with a class for each row (CSV, TSV or SVMlight), or one or several files of episodes (JSON lines ending in .jsonl).
Encoding and penalty are chosen by cross-validation, probabilities are calibrated on rows that were left out. The same data
gives the same model to the bit. A model of episodes goes into the configuration as responder.model; one of a table is for
\`crmwatch predict\`. \`crmwatch model show FILE\` prints what is in it.

${DATA_OPTIONS_HELP}
  --folds NUMBER      of the evaluation; default 10
  --seed NUMBER       of the order in which groups are dealt out to folds; default 0
  --encoding NAME     plain, log or steps instead of the one that is chosen
  --c NUMBER          inverse strength of the L2 penalty, as in scikit-learn, instead of the one that is chosen
  --costs FILE        a table with the columns actual, answer and cost: how many ordinary wrong answers this one is as bad as.
                      The answer "unknown" costs 0.5 unless the table says otherwise
  --false-unknowns X  share of rows of known classes that may be called unknown for being unlike the training; default 0.05`,
  async run(context) {
    const text = { type: 'string' } as const;
    const options = parseOptions(
      'train',
      context.arguments,
      { ...DATA_OPTION_DEFINITIONS, output: text, costs: text, 'false-unknowns': text },
      { minimum: 1, maximum: 100 },
    );
    const { positionals } = options;
    const output = requireOption('train', options, 'output');
    const data = dataOptionsOf(options);
    const falseUnknowns = shareOf(options.text('false-unknowns'));
    // Before the fit, which takes a while: a model that cannot be written would be lost.
    requireWritable('output', output, positionals);
    const { table, kind } = readLabelledData(positionals, data);
    const groups = new Set(table.groups).size;
    context.note(`${positionals.join(', ')}: ${table.groups.length} rows in ${groups} groups`);
    const training = trainModel(table, {
      kind,
      seed: data.seed,
      ...(data.folds === undefined ? {} : { folds: data.folds }),
      ...givenRecipe(data),
      ...falseUnknowns,
      costs: costsOf(options.text('costs'), table.classes),
      onFold: (fold, count) => context.note(`fold ${fold} of ${count}`),
    });
    for (const line of describe(training)) context.print(line);
    writeTextFile(output, encodeModel(training.model));
    context.print('');
    context.print(summaryOf(output, training.model));
    if (training.model.training.converged) return 0;
    context.note('the fit did not converge to 1e-8; the model is not to be trusted');
    return 1;
  },
};
