import type { DatabaseTransaction } from '../../../store/store.ts';
import {
  appendEntries,
  compactedEventOf,
  findIncident,
  forgetEntries,
  isOpen,
  saveSnapshots,
  transition,
} from '../../incidents/incidents.ts';
import type {
  CompactionOptions,
  Incident,
  IncidentEvent,
  Outcome,
} from '../../incidents/incidents.ts';
import { forgetMessages } from '../../notify/notify.ts';
import { forgetPlaces } from '../correlation-tables.ts';
import { followMerges } from '../follow-merges.ts';
import { forgetJudgements } from '../learning/judgement-records.ts';
import { pipelineTables } from '../pipeline-tables.ts';
import { leaveStorms } from '../storm-records.ts';

/** What applies an event to an incident within a transaction; a `ChangeSet` is one. */
export type Applier = {
  readonly transaction: DatabaseTransaction;
  peek(id: string): Promise<Incident | null>;
  apply(incident: Incident, event: IncidentEvent, atMs: number): Promise<Outcome>;
};

/** Writes each event at once, and carries out no effects: for commands that run beside a responder. */
export function createApplier(transaction: DatabaseTransaction): Applier {
  return {
    transaction,
    peek: async (id) => findIncident(transaction, id),
    async apply(incident, event, atMs) {
      const outcome = transition(incident, event, atMs);
      if (!outcome.changed || outcome.incident === null) return outcome;
      await appendEntries(transaction, [{ incident: outcome.incident, event, atMs }]);
      await saveSnapshots(transaction, [outcome.incident]);
      return outcome;
    },
  };
}

/**
 * Compacts an incident that is over, in one transaction with everything that hangs on it: its journal loses its texts,
 * its notices their messages, and its evidence goes. Classes that people corrected stay with the evidence that they
 * were about, to train on, unless the incident is erased. Gives whether it did; one that is open, or merged into one that
 * is, is left alone.
 */
export async function forgetIncident(
  changes: Applier,
  incident: Incident,
  actor: string,
  options: CompactionOptions,
): Promise<boolean> {
  const { id } = incident;
  const { transaction } = changes;
  if (await goesOn(changes, incident)) return false;
  const event = compactedEventOf(incident, actor, options);
  const { changed } = await changes.apply(incident, event, options.atMs);
  if (!changed) return false;
  await forgetEntries(transaction, id, event.kept.sequence);
  await forgetMessages(transaction, id, { withWaiting: options.rule === 'erasure' });
  await forgetWork(transaction, id);
  await forgetJudgements(transaction, id);
  await leaveStorms(transaction, id);
  // While an alert counts as firing, its repeats must be known as what they are.
  const isErased = options.rule === 'erasure';
  await forgetPlaces(transaction, id, { keepHomes: event.kept.alerts.length > 0 });
  if (isErased) await forgetLabelledEvidence(transaction, id);
  return true;
}

/** Whether another incident holds its alerts and is open: the merge may be undone. */
async function goesOn(changes: Applier, incident: Incident): Promise<boolean> {
  if (incident.mergedInto === undefined) return false;
  const place = await followMerges(changes, incident);
  return place !== null && isOpen(place.incident.phase);
}

async function forgetWork(transaction: DatabaseTransaction, incidentId: string): Promise<void> {
  const tables = pipelineTables(transaction);
  await tables.deleteFrom('evidence').where('incident_id', '=', incidentId).execute();
  await tables.deleteFrom('due_work').where('incident_id', '=', incidentId).execute();
}

async function forgetLabelledEvidence(
  transaction: DatabaseTransaction,
  incidentId: string,
): Promise<void> {
  await pipelineTables(transaction)
    .updateTable('diagnosis_labels')
    .set({ evidence: null })
    .where('incident_id', '=', incidentId)
    .execute();
}
