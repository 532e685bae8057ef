import { readModel } from '../app/app.ts';
import {
  SEVERAL_ANSWERS,
  decodeEpisodes,
  holdToEpisodes,
  holdToTable,
} from '../responder/diagnosis/diagnosis.ts';
import type { Episode, HeldOutFigures, TrainedModel } from '../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../std/std.ts';
import type { EvaluateOptions } from './evaluate-options.ts';
import { describeAnswers, describeClasses, describeFigures, figure } from './evaluate-text.ts';
import { isEpisodesFile, readLabelledData } from './read-data.ts';
import { readTextFile } from './read-text-file.ts';

/** Holds a model to data that it was not trained on; of episodes, to those that are held out where some are. */
export function evaluateModel(options: EvaluateOptions, modelPath: string): readonly string[] {
  const { path } = options;
  if (!isEpisodesFile(path)) {
    const model = readModel(modelPath, 'table');
    return told(holdToTable(model, readLabelledData([path], options).table), model, options);
  }
  const model = readModel(modelPath, 'evidence');
  const remedy = 'name a file of JSON lines such as models/episodes.jsonl';
  const episodes = decodeEpisodes(readTextFile(path, 'training_data_invalid', remedy), path);
  return told(holdToEpisodes(model, heldOutOf(episodes, path)), model, options);
}

function heldOutOf(episodes: readonly Episode[], path: string): readonly Episode[] {
  const heldOut = episodes.filter(({ split }) => split === 'held-out');
  if (heldOut.length > 0) return heldOut;
  throw new CrmwatchError('training_data_invalid', `${path} has no episodes that are held out`, {
    remedy: 'give episodes with "split": "held-out", which no training has seen',
  });
}

function told(
  figures: HeldOutFigures,
  { id, classes }: TrainedModel,
  { json }: EvaluateOptions,
): readonly string[] {
  if (json) {
    const matrix = figures.matrix.map(({ actual, counts }) => ({
      actual,
      counts: Object.fromEntries(counts),
    }));
    return [JSON.stringify({ model: id, ...figures, matrix }, null, 2)];
  }
  return describe(figures, classes);
}

function describe(
  { report, answers, strangers, matrix }: HeldOutFigures,
  classes: readonly string[],
): readonly string[] {
  return [
    ...(report === null
      ? ['no row is of one class that the model knows']
      : [
          `${report.rows} rows of one class in ${report.groups} groups`,
          '',
          ...describeFigures(report.figures),
        ]),
    '',
    ...describeAnswers(answers),
    ...(strangers === null
      ? []
      : [
          `  of ${strangers.rows} rows with a class that the model does not know: answered "unknown" ${figure(strangers.unknownRatio)}`,
        ]),
    ...(report === null ? [] : ['', ...describeClasses(report)]),
    '',
    ...describeMatrix(matrix, classes),
  ];
}

/** A row for each class, a column for each answer; both have the same numbers. */
function describeMatrix(
  matrix: HeldOutFigures['matrix'],
  classes: readonly string[],
): readonly string[] {
  const names = [...new Set([...classes, ...matrix.map(({ actual }) => actual)])];
  const columns = [...names, SEVERAL_ANSWERS, 'unknown'];
  const heads = [...names.map((_, index) => String(index + 1)), 'several', 'unknown'];
  const counts = matrix.flatMap((row) => [...row.counts.values()]);
  const widths = heads.map((head) =>
    Math.max(head.length, ...counts.map((count) => String(count).length)),
  );
  const width = Math.max(8, ...names.map((name) => name.length));
  const lineOf = (number: string, name: string, cells: readonly string[]): string =>
    `  ${number.padStart(3)} ${name.padEnd(width)}  ${cells.map((cell, at) => cell.padStart(widths[at]!)).join(' ')}`.trimEnd();
  return [
    lineOf('', 'answered', heads),
    ...matrix.map(({ actual, counts: own }) =>
      lineOf(
        String(names.indexOf(actual) + 1),
        actual,
        columns.map((name) => (own.has(name) ? String(own.get(name)) : '·')),
      ),
    ),
  ];
}
