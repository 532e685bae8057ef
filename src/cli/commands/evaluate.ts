import { basename } from 'node:path';
import { readVersion } from '../../app/app.ts';
import { evaluationPage, leftOutPage } from '../../report/report.ts';
import type { ReportSource } from '../../report/report.ts';
import { evaluateTable, leaveClassesOut, reportOn } from '../../responder/diagnosis/diagnosis.ts';
import type { Command, CommandContext } from '../command.ts';
import { DATA_OPTIONS_HELP, givenRecipe } from '../data-options.ts';
import { evaluateModel } from '../evaluate-model.ts';
import { parseEvaluateOptions, repeatingWords } from '../evaluate-options.ts';
import type { EvaluateOptions } from '../evaluate-options.ts';
import { describeEvaluation, describeLeftOut } from '../evaluate-text.ts';
import { requireWritable, writeTextFile } from '../output-file.ts';
import { readLabelledData } from '../read-data.ts';

/** The page, unless none was asked for. */
function writeReport(
  context: CommandContext,
  options: EvaluateOptions,
  files: ReportSource['files'],
  pageOf: (source: ReportSource) => string,
): void {
  if (options.report === undefined) return;
  const page = pageOf({
    name: basename(options.path),
    files,
    command: repeatingWords(options),
    version: readVersion(),
    seed: options.seed,
  });
  writeTextFile(options.report, page);
  // Not among what is printed: with --json that is one document.
  context.note(`wrote ${options.report}`);
}

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'measure the classifier on rows that it did not see',
  help: `usage: crmwatch evaluate DATA [options]

Trains the classifier on all folds but one and predicts that one, in turn, and prints the figures. DATA is any table with a
class for each row (CSV, TSV or SVMlight), or episodes (JSON lines ending in .jsonl). Encoding and penalty are chosen by
cross-validation inside of the training folds. Rows with equal values, and rows of one group, never stand on both sides.

${DATA_OPTIONS_HELP}
  --folds NUMBER      default 10
  --seed NUMBER       of the order in which groups are dealt out to folds; default 0
  --encoding NAME     plain, log or steps instead of the one that is chosen
  --c NUMBER          inverse strength of the L2 penalty instead of the one that is chosen
  --leave-class-out   instead: each class in turn is kept out of the training; how many of its rows are recognised as like nothing
                      seen, at which share of rows of known classes that are taken for such as well; by a recipe of its own
                      unless --encoding or --c say otherwise
  --model FILE        instead: nothing is fitted, this model is held to the data; of episodes, to those with "split": "held-out"
  --report FILE       a page with pictures as well: one HTML file that needs no other; what FILE held is overwritten
  --json              everything as JSON`,
  async run(context) {
    const options = parseEvaluateOptions(context.arguments);
    if (options.model !== undefined) {
      for (const line of evaluateModel(options, options.model)) context.print(line);
      return 0;
    }
    const { folds, seed, report: reportFile } = options;
    const { path, texts } = options;
    if (reportFile !== undefined) {
      requireWritable('report', reportFile, [
        path,
        ...(texts.labels === undefined ? [] : [texts.labels]),
      ]);
    }
    const { table, files } = readLabelledData([path], options);
    const common = {
      folds,
      seed,
      ...givenRecipe(options),
    };
    if (options.leaveClassOut) {
      const left = leaveClassesOut(table, {
        ...common,
        onClass: (index, count) => context.note(`class ${index} of ${count}`),
      });
      if (options.json) context.print(JSON.stringify(left, null, 2));
      else for (const line of describeLeftOut(left, table.classes)) context.print(line);
      writeReport(context, options, files, (source) => leftOutPage({ left, table, folds, source }));
      return 0;
    }
    const evaluation = evaluateTable(table, {
      ...common,
      onFold: (fold, count) => context.note(`fold ${fold} of ${count}`),
    });
    const report = reportOn(evaluation.predictions, table.classes);
    if (options.json) {
      const { recipes } = evaluation;
      context.print(JSON.stringify({ ...report, folds: evaluation.folds, recipes }, null, 2));
    } else for (const line of describeEvaluation(report, evaluation)) context.print(line);
    writeReport(context, options, files, (source) =>
      evaluationPage({ report, evaluation, source }),
    );
    return 0;
  },
};
