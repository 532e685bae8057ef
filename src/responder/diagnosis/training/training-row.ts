import type { DiagnosisClass } from '../../../catalog/catalog.ts';
import { CrmwatchError, decode, errorMessage } from '../../../std/std.ts';
import { decodeEvidence } from '../../evidence/evidence.ts';
import type { Evidence } from '../../evidence/evidence.ts';
import { DIAGNOSIS_CLASSES } from '../model/model.ts';

/** One labelled episode. */
export type TrainingRow = {
  readonly label: DiagnosisClass;
  /** Rows that are alike for another reason than their label (one recording, one target) share a group. */
  readonly group: string;
  readonly evidence: Evidence;
};

const row = decode.object({
  label: decode.required(decode.choice(DIAGNOSIS_CLASSES), 'what was wrong: a fault class'),
  group: decode.required(decode.text(), 'what the row has in common with others'),
  evidence: decode.required(decode.any('evidence'), 'evidence, as `crmwatch evidence` saves it'),
});

/**
 * Decodes one training row.
 * @throws CrmwatchError training_data_invalid, naming every wrong place.
 */
function decodeTrainingRow(value: unknown, place: string): TrainingRow {
  const decoded = decode.run(row, value, place);
  if (!decoded.ok) {
    const problems = decoded.problems.map((one) => `${one.place}: ${one.message} (${one.remedy})`);
    refuse(`not a training row: ${problems.join('; ')}`);
  }
  const { label, group, evidence } = decoded.value;
  try {
    return { label, group, evidence: decodeEvidence(evidence, `${place}.evidence`) };
  } catch (error) {
    if (!(error instanceof CrmwatchError)) throw error;
    return refuse(errorMessage(error), error);
  }
}

/**
 * Decodes a file of JSON lines, one training row each; empty lines are skipped.
 * @param place the name of the file, for messages: "<place>:<line>".
 * @throws CrmwatchError training_data_invalid, naming the line.
 */
export function decodeTrainingLines(text: string, place: string): readonly TrainingRow[] {
  const rows = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const at = `${place}:${index + 1}`;
    return [decodeTrainingRow(parseLine(line, at), at)];
  });
  if (rows.length === 0) refuse(`${place} has no rows`);
  return rows;
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch (error) {
    return refuse(`${place}: not JSON: ${errorMessage(error)}`, error);
  }
}

function refuse(message: string, cause?: unknown): never {
  throw new CrmwatchError('training_data_invalid', message, {
    remedy: 'write one JSON object per line with the keys label, group and evidence',
    cause,
  });
}
