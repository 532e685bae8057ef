import { basename } from 'node:path';
import { decodeEpisodes, readTable, tableOfEpisodes } from '../responder/diagnosis/diagnosis.ts';
import type { LabelledTable, ModelKind } from '../responder/diagnosis/diagnosis.ts';
import { CrmwatchError, sha256Hex } from '../std/std.ts';
import type { DataOptions } from './data-options.ts';
import { readBytes } from './read-text-file.ts';

const REMEDY = 'name a table (CSV, TSV or SVMlight), or episodes such as models/episodes.jsonl';
const EPISODES_NAME = /\.jsonl$/i;

export function isEpisodesFile(path: string): boolean {
  return EPISODES_NAME.test(path);
}

export type ReadFile = { readonly name: string; readonly sha256: string };

export type LabelledData = {
  readonly table: LabelledTable;
  readonly kind: ModelKind;
  /** With the hashes of the very bytes that were read. */
  readonly files: readonly ReadFile[];
};

/**
 * Reads rows with their classes: one table, or the episodes of one or several files together.
 * @throws CrmwatchError training_data_invalid, naming file, line and column; usage when several tables are named.
 */
export function readLabelledData(
  paths: readonly string[],
  { texts, ignore }: Pick<DataOptions, 'texts' | 'ignore'>,
): LabelledData {
  const files: ReadFile[] = [];
  const read = (file: string): string => {
    const bytes = readBytes(file, 'training_data_invalid', REMEDY);
    files.push({ name: basename(file), sha256: sha256Hex(bytes) });
    return bytes.toString('utf8');
  };
  if (paths.every(isEpisodesFile)) {
    const episodes = paths.flatMap((path) => decodeEpisodes(read(path), path));
    return { table: tableOfEpisodes(episodes), kind: 'evidence', files };
  }
  const [path = '', another] = paths;
  if (another !== undefined) {
    throw new CrmwatchError('usage', `${path} and ${another} are not both files of episodes`, {
      remedy: 'name one table, or several files of JSON lines that end in .jsonl',
    });
  }
  const { label, group, time, delimiter, labels } = texts;
  const table = readTable(read(path), path, {
    ...(label === undefined ? {} : { label }),
    ...(group === undefined ? {} : { group }),
    ...(time === undefined ? {} : { time }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(labels === undefined ? {} : { labels: { text: read(labels), place: labels } }),
    ignore,
  });
  return { table, kind: 'table', files };
}
