import { FAULT_CLASS_NAMES, NO_FAULT } from '../../../catalog/catalog.ts';
import type { DiagnosisClass } from '../../../catalog/catalog.ts';
import { CrmwatchError, decode, errorMessage } from '../../../std/std.ts';
import { decodeEvidence } from '../../evidence/evidence.ts';
import type { Evidence } from '../../evidence/evidence.ts';

/** From where it is known what was wrong; absent when somebody broke it on purpose to record it. */
export type EpisodeOrigin = (typeof ORIGINS)[number];

const ORIGINS = ['human', 'verified_repair', 'rule'] as const;

/** One labelled episode. */
export type Episode = {
  readonly label: DiagnosisClass;
  /** Further classes that hold at the same time. */
  readonly coinciding: readonly DiagnosisClass[];
  /** Held-out rows are never learnt from: what is learnt from the others is held to them. */
  readonly split: 'train' | 'held-out';
  /** Rows that are alike for another reason than their label (one recording, one target) share a group. */
  readonly group: string;
  readonly origin?: EpisodeOrigin;
  readonly evidence: Evidence;
};

const CLASSES: readonly DiagnosisClass[] = [...FAULT_CLASS_NAMES, NO_FAULT];

const row = decode.object({
  label: decode.optional(decode.choice(CLASSES), 'what was wrong: a fault class'),
  labels: decode.optional(
    decode.list(decode.choice(CLASSES), { minimumLength: 1, maximumLength: 5 }),
    'instead of label: all that was wrong at once',
  ),
  split: decode.withDefault(
    decode.choice(['train', 'held-out']),
    'train',
    'whether the row may be learnt from',
    'train',
  ),
  group: decode.required(decode.text(), 'what the row has in common with others'),
  origin: decode.optional(decode.choice(ORIGINS), 'from where the label is known'),
  evidence: decode.required(
    decode.any('evidence'),
    'evidence, as `crmwatch evidence capture` saves it',
  ),
});

/**
 * Decodes one row.
 * @throws CrmwatchError training_data_invalid, naming every wrong place.
 */
function decodeEpisode(value: unknown, place: string): Episode {
  const decoded = decode.run(row, value, place);
  if (!decoded.ok) {
    const problems = decoded.problems.map((one) => `${one.place}: ${one.message} (${one.remedy})`);
    refuse(`not a training row: ${problems.join('; ')}`);
  }
  const { label, labels = [], split, group, origin, evidence } = decoded.value;
  const [first, ...coinciding] = label === undefined ? labels : [label, ...labels];
  if (first === undefined || new Set([first, ...coinciding]).size <= coinciding.length) {
    return refuse(`${place}: give one label, or several different labels`);
  }
  try {
    return {
      label: first,
      coinciding,
      split,
      group,
      ...(origin === undefined ? {} : { origin }),
      evidence: decodeEvidence(evidence, `${place}.evidence`),
    };
  } catch (error) {
    if (!(error instanceof CrmwatchError)) throw error;
    return refuse(errorMessage(error), error);
  }
}

/**
 * Decodes a file of JSON lines, one episode each; empty lines are skipped.
 * @param place the name of the file, for messages: "<place>:<line>".
 * @throws CrmwatchError training_data_invalid, naming the line.
 */
export function decodeEpisodes(text: string, place: string): readonly Episode[] {
  const rows = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const at = `${place}:${index + 1}`;
    return [decodeEpisode(parseLine(line, at), at)];
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
    remedy: 'write one JSON object per line with the keys label (or labels), group and evidence',
    cause,
  });
}
