import { crashPoint } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import type { DecodedWebhook, RawDelivery } from '../alerts/alerts.ts';
import { insertDelivery, insertEvents } from './commit-delivery.ts';
import type { DeliveryDecoder } from './intake.ts';
import type { QuarantineStatus } from './intake-tables.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { PipelineContext } from './pipeline-parts.ts';
import {
  findEntry,
  listEntries,
  listKeptIds,
  readBeginning,
  readBody,
} from './quarantine-records.ts';
import type { QuarantineEntry, QuarantineFilter } from './quarantine-records.ts';

export type QuarantineAnswer =
  | { readonly kind: 'done'; readonly events: number }
  | { readonly kind: 'unknown' }
  /** It was replayed or discarded already. */
  | { readonly kind: 'decided'; readonly status: QuarantineStatus }
  /** Still not readable, or not wholly; what could be read is in. */
  | {
      readonly kind: 'undecodable';
      readonly events: number;
      readonly problems: readonly Problem[];
    };

export type ReplayedAll = {
  readonly replayed: number;
  readonly undecodable: number;
  /** The last one that was looked at, to go on from; null when none is left. */
  readonly next: number | null;
};

/** What people do with deliveries that could not be read. Nothing is deleted. */
export type Quarantine = {
  /** Newest first. */
  list(filter: QuarantineFilter): Promise<readonly QuarantineEntry[]>;
  find(id: number): Promise<QuarantineEntry | null>;
  /** The bytes as they came, compressed if they were. */
  body(id: number): Promise<Buffer | null>;
  /** The first bytes of it. */
  beginning(id: number, bytes: number): Promise<Buffer | null>;
  /** Decodes it with the present decoder; its events get in with the time at which they came. */
  replay(id: number, actor: string): Promise<QuarantineAnswer>;
  /** Those after `afterId`, the oldest first; at most 200 in one go. */
  replayAll(actor: string, afterId?: number): Promise<ReplayedAll>;
  discard(id: number, actor: string, reason: string): Promise<QuarantineAnswer>;
};

const REPLAYED_AT_ONCE = 200;
const MAXIMUM_REASON = 2000;

export function createQuarantine(
  { store, clock }: Pick<PipelineContext, 'store' | 'clock'>,
  decodeDelivery: DeliveryDecoder,
  onEvents: () => void,
): Quarantine {
  const { database } = store;

  const decide = createDecide(store);

  async function replay(id: number, actor: string): Promise<QuarantineAnswer> {
    const entry = await findEntry(database, id);
    if (entry === null) return { kind: 'unknown' };
    if (entry.status !== 'kept') return { kind: 'decided', status: entry.status };
    const delivery = { ...entry, body: (await readBody(database, id)) ?? Buffer.alloc(0) };
    const decoded = await decodeDelivery(delivery);
    const problems = JSON.stringify(decoded.problems);
    const isWhole = decoded.problems.length === 0;
    const decision = isWhole
      ? { status: 'replayed' as const, decided_at_ms: clock.now(), decided_by: actor, problems }
      : { problems };
    const answer = await decide(id, decision, async (transaction) =>
      decoded.ok ? insertReplayed(transaction, id, delivery, decoded) : 0,
    );
    if (answer.kind === 'done' && answer.events > 0) onEvents();
    if (answer.kind !== 'done' || isWhole) return answer;
    return { kind: 'undecodable', events: answer.events, problems: decoded.problems };
  }

  return {
    find: async (id) => findEntry(database, id),
    body: async (id) => readBody(database, id),
    beginning: async (id, bytes) => readBeginning(database, id, bytes),
    list: async (filter) => listEntries(database, filter),
    replay,
    async replayAll(actor, afterId = 0) {
      const ids = await listKeptIds(database, afterId, REPLAYED_AT_ONCE);
      const counts = { done: 0, undecodable: 0, unknown: 0, decided: 0 };
      for (const id of ids) counts[(await replay(id, actor)).kind]++;
      const { done: replayed, undecodable } = counts;
      const next = ids.length === REPLAYED_AT_ONCE ? (ids.at(-1) ?? null) : null;
      return { replayed, undecodable, next };
    },
    async discard(id, actor, reason) {
      const decision = {
        status: 'discarded' as const,
        decided_at_ms: clock.now(),
        decided_by: actor,
        note: reason.slice(0, MAXIMUM_REASON),
      };
      return decide(id, decision, async () => 0);
    },
  };
}

type Decision = {
  readonly problems?: string;
  readonly status?: QuarantineStatus;
  readonly decided_at_ms?: number;
  readonly decided_by?: string;
  readonly note?: string;
};

type Decide = (
  id: number,
  decision: Decision,
  /** Gives the number of events that got in. */
  work: (transaction: DatabaseTransaction) => Promise<number>,
) => Promise<QuarantineAnswer>;

/** Decides upon an entry that nobody decided upon before, and does what follows in the same transaction. */
function createDecide(store: PipelineContext['store']): Decide {
  return async (id, decision, work) => {
    const events = await store.transaction(async (transaction) => {
      const { numUpdatedRows } = await pipelineTables(transaction)
        .updateTable('quarantine')
        .set(decision)
        .where('id', '=', id)
        .where('status', '=', 'kept')
        .executeTakeFirst();
      if (numUpdatedRows === 0n) return null;
      const done = await work(transaction);
      crashPoint('quarantine:before-commit');
      return done;
    });
    crashPoint('quarantine:after-commit');
    if (events !== null) return { kind: 'done', events };
    const entry = await findEntry(store.database, id);
    return entry === null ? { kind: 'unknown' } : { kind: 'decided', status: entry.status };
  };
}

/**
 * Events of a delivery that was read in part got in when it came, and are not told twice. What was never in gets a
 * delivery of its own, which the entry remembers, so that a further replay knows it. Gives the number of new events.
 */
async function insertReplayed(
  transaction: DatabaseTransaction,
  id: number,
  delivery: RawDelivery,
  decoded: DecodedWebhook,
): Promise<number> {
  const tables = pipelineTables(transaction);
  const { delivery_id: known } = await tables
    .selectFrom('quarantine')
    .select('delivery_id')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const told = known === null ? new Set<string>() : await readTold(transaction, known);
  const events = decoded.events.filter((event) => !told.has(keyOf(event)));
  if (events.length === 0) return 0;
  const deliveryId = known ?? (await insertDelivery(transaction, delivery, decoded));
  await insertEvents(transaction, deliveryId, events);
  const remembered = { delivery_id: deliveryId };
  await tables.updateTable('quarantine').set(remembered).where('id', '=', id).execute();
  return events.length;
}

function keyOf({ fingerprint, status }: { fingerprint: string; status: string }): string {
  return `${fingerprint} ${status}`;
}

async function readTold(
  transaction: DatabaseTransaction,
  deliveryId: number,
): Promise<ReadonlySet<string>> {
  const rows = await pipelineTables(transaction)
    .selectFrom('inbox')
    .select(['fingerprint', 'status'])
    .where('delivery_id', '=', deliveryId)
    .execute();
  return new Set(rows.map(keyOf));
}
