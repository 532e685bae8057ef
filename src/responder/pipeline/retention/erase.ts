import { partsOf } from '../../../std/std.ts';
import type { DatabaseTransaction, Store } from '../../../store/store.ts';
import type { AlertEvent, Mask } from '../../alerts/alerts.ts';
import { findIncident } from '../../incidents/incidents.ts';
import { forgetRequests } from '../idempotency.ts';
import { pipelineTables } from '../pipeline-tables.ts';
import { createFinder } from './erasure-subject.ts';
import type { ErasureSubject } from './erasure-subject.ts';
import type { ErasurePlan } from './find-erasure.ts';
import { createApplier, forgetIncident } from './forget-incident.ts';
import { forgetBodiesOf } from './prune-intake.ts';
import { emptyBodies } from './prune-quarantine.ts';

const ROWS = 200;
/** Bodies may weigh 64 MB each. */
const BODIES = 4;
const NOTE = 'erased on request';

export type Eraser = {
  readonly store: Store;
  readonly mask: Mask;
  /** For the journal. */
  readonly actor: string;
  readonly nowMs: number;
};

/**
 * Erases what was found, in small transactions beside a responder that may be running; what was done before it is
 * stopped stays done, and a further run finds the rest. The journal says for each incident that it was erased, when
 * and by whom, and nothing of what. Gives the number of incidents.
 */
export async function erase(
  { store, mask, actor, nowMs }: Eraser,
  subject: ErasureSubject,
  plan: ErasurePlan,
): Promise<number> {
  const finder = subject.kind === 'incident' ? null : createFinder(subject, mask);
  const isToErase = (name: string): boolean => finder?.inText(name) ?? false;
  let erased = 0;
  for (const { id } of plan.incidents) {
    const isDone = await store.transaction(async (transaction) => {
      const changes = createApplier(transaction);
      let incident = await findIncident(transaction, id);
      // One that alerts could bring back is closed first; a closed one takes no more of them.
      if (incident?.phase === 'resolved' && incident.compacted === undefined) {
        const closing = { kind: 'closed', actor, why: '' } as const;
        incident = (await changes.apply(incident, closing, nowMs)).incident;
      }
      if (incident === null) return false;
      return forgetIncident(changes, incident, actor, { rule: 'erasure', atMs: nowMs, isToErase });
    });
    if (isDone) erased++;
  }
  await inParts(store, plan.events, ROWS, reduceEvents);
  await inParts(store, plan.deliveries, BODIES, async (transaction, ids) =>
    forgetBodiesOf(transaction, ids, nowMs),
  );
  await inParts(store, plan.quarantine, BODIES, async (transaction, ids) =>
    eraseQuarantined(transaction, ids, { actor, nowMs }),
  );
  await inParts(store, plan.requests, ROWS, forgetRequests);
  return erased;
}

async function inParts<T>(
  store: Store,
  items: readonly T[],
  size: number,
  work: (transaction: DatabaseTransaction, part: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (const part of partsOf(items, size)) {
    await store.transaction(async (transaction) => work(transaction, part));
  }
}

/** Their times stay for as long as retention says: by them a firing that comes late is known. */
async function reduceEvents(
  transaction: DatabaseTransaction,
  ids: readonly number[],
): Promise<void> {
  const tables = pipelineTables(transaction);
  const rows = await tables
    .selectFrom('inbox')
    .select(['id', 'event'])
    .where('id', 'in', ids)
    .execute();
  for (const { id, event } of rows) {
    const { because: _because, ...told } = JSON.parse(event) as AlertEvent & { because?: string };
    const reduced = { ...told, name: '', labels: {}, annotations: {}, generatorUrl: '' };
    await tables
      .updateTable('inbox')
      .set({ event: JSON.stringify(reduced) })
      .where('id', '=', id)
      .where('processed_at_ms', 'is not', null)
      .execute();
  }
}

async function eraseQuarantined(
  transaction: DatabaseTransaction,
  ids: readonly number[],
  { actor, nowMs }: { readonly actor: string; readonly nowMs: number },
): Promise<void> {
  const tables = pipelineTables(transaction);
  await tables
    .updateTable('quarantine')
    .set({ status: 'discarded', decided_at_ms: nowMs, decided_by: actor })
    .where('id', 'in', ids)
    .where('status', '=', 'kept')
    .execute();
  await tables.updateTable('quarantine').set({ note: NOTE }).where('id', 'in', ids).execute();
  await emptyBodies(transaction, ids, nowMs);
}
