import { FAULT_CLASS_NAMES, NO_FAULT } from '../../catalog/catalog.ts';
import type { DiagnosisClass } from '../../catalog/catalog.ts';
import { DEFAULT_MODEL_FILE, createDiagnose, readModel } from '../../app/app.ts';
import { decodeEvidence } from '../../responder/evidence/evidence.ts';
import type { DiagnosisReason, DiagnosisView } from '../../responder/incidents/incidents.ts';
import { CrmwatchError, errorMessage } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

const REMEDY =
  'name a file with one evidence as JSON, such as `evidence` of a line of models/episodes.jsonl';

function readEvidence(path: string): unknown {
  const text = readTextFile(path, 'evidence_invalid', REMEDY);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new CrmwatchError('evidence_invalid', `${path} is no JSON: ${errorMessage(cause)}`, {
      remedy: REMEDY,
      cause,
    });
  }
  // A row of a training file carries its evidence inside.
  return typeof parsed === 'object' && parsed !== null && 'evidence' in parsed
    ? parsed.evidence
    : parsed;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

function reasonLine({ text, contribution }: DiagnosisReason): string {
  const sign = contribution >= 0 ? '+' : '−';
  return `${sign}${Math.abs(contribution).toFixed(3).padStart(8)}   ${text}`;
}

/** A class of the catalog. */
function againstOf(text: string | undefined): DiagnosisClass | undefined {
  const classes: readonly DiagnosisClass[] = [...FAULT_CLASS_NAMES, NO_FAULT];
  const found = classes.find((name) => name === text);
  if (text === undefined || found !== undefined) return found;
  throw new CrmwatchError('usage', `--against is "${text}"`, {
    remedy: `give one of ${classes.join(', ')}`,
  });
}

function describe(view: DiagnosisView, explained: boolean): readonly string[] {
  const lines = [
    `answer      ${view.answer}  (${percent(view.probability)}, model ${view.modelId})`,
    ...(view.also ?? []).map(
      ({ class: name, probability }) => `and also    ${name}  (${percent(probability)})`,
    ),
    ...(view.whyUnknown === undefined ? [] : [`because     ${view.whyUnknown}`]),
    ...view.components.slice(0, 3).map(({ name, why }) => `suspect     ${name}: ${why}`),
  ];
  if (!explained) return lines;
  const alternatives = view.alternatives.map(
    ({ class: name, probability }) => `instead     ${name}  (${percent(probability)})`,
  );
  const reasons = view.reasons.map(reasonLine);
  const { rival } = view;
  const against =
    rival === undefined
      ? []
      : [
          '',
          `what speaks for it rather than for ${rival.class}:`,
          ...rival.reasons.map(reasonLine),
        ];
  return [
    ...lines,
    ...alternatives,
    '',
    'what moved the score (log-odds):',
    ...reasons,
    ...against,
  ];
}

export const diagnoseCommand: Command = {
  name: 'diagnose',
  summary: 'replay a diagnosis from saved evidence',
  help: `usage: crmwatch diagnose EVIDENCE [--model FILE] [--explain] [--against CLASS] [--json]

Judges a saved evidence file (JSON). The same file and model give the same answer for ever; nothing is asked anywhere.

  --explain          also the alternatives, everything that moved the score, and what speaks for the likeliest class
                     rather than for the one that comes next
  --against CLASS    compares with this class instead; goes with --explain and --json
  --json             the whole answer as JSON`,
  async run(context) {
    const options = parseOptions(
      'diagnose',
      context.arguments,
      {
        model: { type: 'string' },
        explain: { type: 'boolean' },
        against: { type: 'string' },
        json: { type: 'boolean' },
      },
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = options.positionals;
    const evidence = decodeEvidence(readEvidence(path), path);
    const against = againstOf(options.text('against'));
    const diagnose = createDiagnose(readModel(options.text('model') ?? DEFAULT_MODEL_FILE), {
      maximumReasons: Infinity,
      ...(against === undefined ? {} : { against }),
    });
    const view = diagnose(evidence);
    if (options.flag('json')) context.print(JSON.stringify(view, null, 2));
    else for (const line of describe(view, options.flag('explain'))) context.print(line);
    return 0;
  },
};
