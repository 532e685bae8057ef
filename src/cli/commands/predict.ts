import { readModel } from '../../app/app.ts';
import { createJudgeRow, readKnownRows } from '../../responder/diagnosis/diagnosis.ts';
import type { RowJudgement, RowReason } from '../../responder/diagnosis/diagnosis.ts';
import { CrmwatchError } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions, requireOption } from '../options.ts';
import { isEpisodesFile } from '../read-data.ts';
import { readTextFile } from '../read-text-file.ts';

const REMEDY = 'name a table with the columns that the model was trained on';
const SHOWN_REASONS = 5;

type Answer = RowJudgement & { readonly line: number };

/** Quoted where a comma, a quote or a line break would be taken for structure (RFC 4180). */
function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvLine({ line, answer, probability, likeliest, novelty }: Answer): string {
  return [
    String(line),
    csvCell(answer),
    probability.toFixed(4),
    csvCell(likeliest),
    novelty.toFixed(4),
  ].join(',');
}

function reasonLine({ feature, value, contribution }: RowReason): string {
  const sign = contribution >= 0 ? '+' : '−';
  const shown = Number(value.toPrecision(4));
  return `  ${sign}${Math.abs(contribution).toFixed(3).padStart(8)}   ${feature} is ${shown}`;
}

function explainLines(one: Answer): readonly string[] {
  const { line, answer, likeliest, probability, whyUnknown, second } = one;
  const percent = `${(probability * 100).toFixed(1)} %`;
  const head =
    answer === likeliest
      ? `line ${line}: ${answer} (${percent})`
      : `line ${line}: ${answer}, likeliest ${likeliest} (${percent}), because ${whyUnknown}`;
  return [
    head,
    ...one.reasons.slice(0, SHOWN_REASONS).map(reasonLine),
    `  rather than ${second}:`,
    ...one.againstSecond.slice(0, SHOWN_REASONS).map(reasonLine),
    '',
  ];
}

export const predictCommand: Command = {
  name: 'predict',
  summary: 'classify the rows of a table with a trained model',
  help: `usage: crmwatch predict DATA --model FILE [--explain | --json] [--delimiter CHAR]

Classifies each row of a table (CSV, TSV or SVMlight) and prints line, answer, probability of the likeliest class, that class,
and how novel the row is (0 to 1), separated by commas. The answer is "unknown" when a wrong one is expected to cost more than
none, or when the row is unlike the training. The table needs the columns of the training, in any order; others are ignored.

  --model FILE        made by \`crmwatch train\` from a table
  --explain           instead: what moved each answer (log-odds), and what speaks for it rather than for the next class
  --json              instead: everything, one JSON object per line
  --delimiter CHAR    what parts the cells; found in the first line unless given`,
  async run(context) {
    const options = parseOptions(
      'predict',
      context.arguments,
      {
        model: { type: 'string' },
        explain: { type: 'boolean' },
        json: { type: 'boolean' },
        delimiter: { type: 'string' },
      },
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = options.positionals;
    if (isEpisodesFile(path)) {
      throw new CrmwatchError('usage', `${path} holds episodes, not a table`, {
        remedy:
          'judge one evidence with `crmwatch diagnose`, or all of them with `crmwatch evaluate`',
      });
    }
    const model = readModel(requireOption('predict', options, 'model'), 'table');
    const delimiter = options.text('delimiter');
    const text = readTextFile(path, 'training_data_invalid', REMEDY);
    const { rows, ignored } = readKnownRows(
      text,
      path,
      model,
      delimiter === undefined ? {} : { delimiter },
    );
    if (ignored.length > 0) {
      context.note(`ignored, since the training did not have it: ${ignored.join(', ')}`);
    }
    const judge = createJudgeRow(model);
    const answers = rows.map((row): Answer => ({ line: row.line, ...judge(row) }));
    if (options.flag('json')) for (const one of answers) context.print(JSON.stringify(one));
    else if (options.flag('explain')) {
      for (const line of answers.flatMap(explainLines)) context.print(line);
    } else {
      context.print('line,answer,probability,likeliest,novelty');
      for (const one of answers) context.print(csvLine(one));
    }
    return 0;
  },
};
