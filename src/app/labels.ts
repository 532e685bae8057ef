import type { LoadedConfig } from '../config/config.ts';
import { readLabelledEvidence } from '../responder/pipeline/pipeline.ts';
import type { Clock } from '../std/std.ts';
import { openExistingStore } from './responder-store.ts';

export type ExportedLabels = {
  /** A training row of JSON for each incident, in an order that stays; see `decodeEpisodes`. */
  readonly lines: readonly string[];
  /** How many incidents are labelled of which no evidence is left that this version can read. */
  readonly withoutEvidence: number;
};

/** The labelled evidence of a configured responder, which may be running meanwhile. */
export async function exportLabels(loaded: LoadedConfig, clock: Clock): Promise<ExportedLabels> {
  await using store = await openExistingStore(loaded, clock);
  const lines: string[] = [];
  let withoutEvidence = 0;
  const rows = readLabelledEvidence(store.database, () => void withoutEvidence++);
  for await (const row of rows) lines.push(JSON.stringify(row));
  return { lines, withoutEvidence };
}
