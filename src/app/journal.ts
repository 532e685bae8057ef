import type { LoadedConfig } from '../config/config.ts';
import {
  findIncident,
  readJournal,
  renderReview,
  replay,
  unknownIncident,
  verifyJournal,
} from '../responder/incidents/incidents.ts';
import type { JournalReport, VerifyOptions } from '../responder/incidents/incidents.ts';
import { createSystemClock } from '../std/std.ts';
import { openExistingStore } from './responder-store.ts';

/** Verifies the journal of a configured responder, which may be running meanwhile. */
export async function verifyResponderJournal(
  loaded: LoadedConfig,
  options: VerifyOptions,
): Promise<JournalReport> {
  await using store = await openExistingStore(loaded, createSystemClock());
  return await verifyJournal(store.database, options);
}

/** The review of an incident as Markdown, made of its journal alone: no snapshot is looked at. */
export async function reviewFromJournal(loaded: LoadedConfig, id: string): Promise<string> {
  await using store = await openExistingStore(loaded, createSystemClock());
  if ((await findIncident(store.database, id)) === null) {
    throw unknownIncident(id);
  }
  const journal = await readJournal(store.database, id);
  return renderReview(replay(journal), journal);
}
