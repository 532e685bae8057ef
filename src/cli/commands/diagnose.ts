import { DEFAULT_MODEL_FILE, diagnoseEvidence, readModel } from '../../app/app.ts';
import { decodeEvidence } from '../../responder/evidence/evidence.ts';
import type { DiagnosisView } from '../../responder/incidents/incidents.ts';
import { CrmwatchError, errorMessage } from '../../std/std.ts';
import type { Command } from '../command.ts';
import { parseOptions } from '../options.ts';
import { readTextFile } from '../read-text-file.ts';

const REMEDY =
  'name a file with one evidence as JSON, such as one line of what `crmwatch record` wrote';

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

function describe(view: DiagnosisView, explained: boolean): readonly string[] {
  const lines = [
    `answer      ${view.answer}  (${percent(view.probability)}, model ${view.modelId})`,
    ...(view.whyUnknown === undefined ? [] : [`because     ${view.whyUnknown}`]),
    ...view.components.slice(0, 3).map(({ name, why }) => `suspect     ${name}: ${why}`),
  ];
  if (!explained) return lines;
  const alternatives = view.alternatives.map(
    ({ class: name, probability }) => `instead     ${name}  (${percent(probability)})`,
  );
  const reasons = view.reasons.map(({ text, contribution }) => {
    const sign = contribution >= 0 ? '+' : '−';
    return `${sign}${Math.abs(contribution).toFixed(3).padStart(8)}   ${text}`;
  });
  return [...lines, ...alternatives, '', 'what moved the score (log-odds):', ...reasons];
}

export const diagnoseCommand: Command = {
  name: 'diagnose',
  summary: 'replay a diagnosis from saved evidence',
  help: `usage: crmwatch diagnose EVIDENCE [--model FILE] [--explain] [--json]

Judges a saved evidence file (JSON). The same file and model give the same answer for ever; nothing is asked anywhere.

  --explain    also the alternatives, and every term that moved the score
  --json       the whole answer as JSON`,
  async run(context) {
    const options = parseOptions(
      'diagnose',
      context.arguments,
      { model: { type: 'string' }, explain: { type: 'boolean' }, json: { type: 'boolean' } },
      { minimum: 1, maximum: 1 },
    );
    const [path = ''] = options.positionals;
    const evidence = decodeEvidence(readEvidence(path), path);
    const view = diagnoseEvidence(readModel(options.text('model') ?? DEFAULT_MODEL_FILE), evidence);
    if (options.flag('json')) context.print(JSON.stringify(view, null, 2));
    else for (const line of describe(view, options.flag('explain'))) context.print(line);
    return 0;
  },
};
