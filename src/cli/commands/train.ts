import { existsSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import {
  decodeTrainingLines,
  encodeModel,
  evaluate,
  train,
} from '../../responder/diagnosis/diagnosis.ts';
import type { Evaluation } from '../../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

/** Before the fit, which takes a while: a model that cannot be written would be lost. */
function requireFolder(output: string): void {
  if (existsSync(dirname(resolve(output)))) return;
  throw new CrmwatchError('usage', `there is no folder for ${output}`, {
    remedy: `make it first: mkdir -p ${dirname(output)}`,
  });
}

function figure(value: number | null): string {
  return value === null ? '    –' : value.toFixed(3);
}

function describe(evaluation: Evaluation): readonly string[] {
  const { classes, confusion } = evaluation;
  const wrong = confusion.filter(({ actual, answer }) => actual !== answer);
  return [
    `left-out groups (${evaluation.folds} folds):`,
    `  accuracy ${figure(evaluation.accuracyRatio)}  macro-F1 ${figure(evaluation.macroF1)}  log-loss ${figure(evaluation.logLoss)}`,
    `  answered "unknown" ${figure(evaluation.unknownRatio)}  accuracy of what was answered ${figure(evaluation.answeredAccuracyRatio)}`,
    '',
    '  class                    rows  precision  recall     F1',
    ...classes.map(
      (row) =>
        `  ${row.class.padEnd(24)} ${String(row.rows).padStart(4)}      ${figure(row.precision)}   ${figure(row.recall)}  ${figure(row.f1)}`,
    ),
    ...(wrong.length === 0 ? [] : ['', '  taken for something else:']),
    ...wrong.map(({ actual, answer, rows }) => `  ${actual} → ${answer}  ${rows}`),
  ];
}

export const trainCommand: Command = {
  name: 'train',
  summary: 'train the fault classifier from recorded episodes',
  help: `usage: crmwatch train EPISODES --output FILE [--c NUMBER]

Fits the multinomial logistic model to a file of JSON lines ({label, group, evidence}), prints how well it does on groups
that it did not see, and writes the model file. The same file gives the same model to the bit.

  --c NUMBER    inverse strength of the L2 penalty, as in scikit-learn; chosen on left-out groups unless given`,
  async run(context) {
    const options = parseOptions(
      'train',
      context.arguments,
      { output: { type: 'string' }, c: { type: 'string' } },
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = options.positionals;
    const output = requireOption('train', options, 'output');
    const strengthC = options.text('c') === undefined ? undefined : Number(options.text('c'));
    if (strengthC !== undefined && !(strengthC > 0)) {
      throw new CrmwatchError('usage', `--c takes a positive number`, {
        remedy: 'write for example --c 1, or leave it out',
      });
    }
    requireFolder(output);
    const remedy = 'name a file of JSON lines made by `crmwatch record`';
    const rows = decodeTrainingLines(readTextFile(path, 'training_data_invalid', remedy), path);
    context.note(
      `${path}: ${rows.length} rows in ${new Set(rows.map(({ group }) => group)).size} groups`,
    );
    const trainOptions = strengthC === undefined ? {} : { strengthC };
    const model = train(rows, trainOptions);
    for (const line of describe(evaluate(rows, trainOptions))) context.print(line);
    writeFileSync(output, encodeModel(model));
    const { training } = model;
    context.print('');
    context.print(
      `wrote ${output}: model ${model.id}, C ${training.strengthC}, ${training.iterations} iterations, gradient ${training.gradientNorm.toExponential(1)}`,
    );
    if (training.converged) return 0;
    context.note('the fit did not converge to 1e-8; the model is not to be trusted');
    return 1;
  },
};
