import { crashPoint } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import type { DecodedWebhook, RawDelivery } from '../alerts/alerts.ts';
import { insertDelivery, insertEvents } from './commit-delivery.ts';
import { once } from './idempotency.ts';
import type { OnceRequest } from './idempotency.ts';
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
  /** `isReplayed` when nothing was done now: this very request was carried out before. */
  | { readonly kind: 'done'; readonly events: number; readonly isReplayed?: true }
  | { readonly kind: 'unknown' }
  /** The idempotency key was used for another request. */
  | { readonly kind: 'key_reused' }
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
  replay(id: number, actor: string, options?: DecisionOptions): Promise<QuarantineAnswer>;
  /** Those after `afterId`, the oldest first; at most 200 in one go. */
  replayAll(actor: string, afterId?: number): Promise<ReplayedAll>;
  discard(
    id: number,
    actor: string,
    reason: string,
    options?: DecisionOptions,
  ): Promise<QuarantineAnswer>;
};

type DecisionOptions = { readonly once?: OnceRequest };

const REPLAYED_AT_ONCE = 200;
const MAXIMUM_REASON = 2000;

export function createQuarantine(
  { store, clock }: Pick<PipelineContext, 'store' | 'clock'>,
  decodeDelivery: DeliveryDecoder,
  onEvents: () => void,
): Quarantine {
  const { database } = store;

  const decide = createDecide({ store, clock });

  async function replay(
    id: number,
    actor: string,
    options: DecisionOptions = {},
  ): Promise<QuarantineAnswer> {
    const entry = await findEntry(database, id);
    if (entry === null) return { kind: 'unknown' };
    // Not decoded once more: there is only to be said whether this request decided upon it.
    if (entry.status !== 'kept') return decide(id, null, options, async () => 0);
    const delivery = { ...entry, body: (await readBody(database, id)) ?? Buffer.alloc(0) };
    const decoded = await decodeDelivery(delivery);
    const problems = JSON.stringify(decoded.problems);
    const isWhole = decoded.problems.length === 0;
    const decision: Decision = isWhole
      ? { status: 'replayed' as const, decided_at_ms: clock.now(), decided_by: actor, problems }
      : { problems };
    const answer = await decide(id, decision, options, async (transaction) =>
      decoded.ok ? insertReplayed(transaction, id, delivery, decoded) : 0,
    );
    if (answer.kind === 'done' && answer.events > 0) onEvents();
    if (answer.kind !== 'done' || isWhole || answer.isReplayed === true) return answer;
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
      const counts = { done: 0, undecodable: 0, unknown: 0, decided: 0, key_reused: 0 };
      for (const id of ids) counts[(await replay(id, actor)).kind]++;
      const { done: replayed, undecodable } = counts;
      const next = ids.length === REPLAYED_AT_ONCE ? (ids.at(-1) ?? null) : null;
      return { replayed, undecodable, next };
    },
    async discard(id, actor, reason, options = {}) {
      const decision = {
        status: 'discarded' as const,
        decided_at_ms: clock.now(),
        decided_by: actor,
        note: reason.slice(0, MAXIMUM_REASON),
      };
      return decide(id, decision, options, async () => 0);
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
  /** Null when it was decided upon already. */
  decision: Decision | null,
  options: DecisionOptions,
  /** Gives the number of events that got in. */
  work: (transaction: DatabaseTransaction) => Promise<number>,
) => Promise<QuarantineAnswer>;

type Decided = Extract<QuarantineAnswer, { kind: 'done' | 'unknown' | 'decided' }>;

/**
 * Decides upon an entry that nobody decided upon before, and does what follows in the same transaction, in which the
 * idempotency key is claimed too. The answer is kept only when the entry is decided by it.
 */
function createDecide({ store, clock }: Pick<PipelineContext, 'store' | 'clock'>): Decide {
  return async (id, decision, { once: request }, work) => {
    const result = await store.transaction(async (transaction) => {
      const performed = await once(
        transaction,
        request,
        clock.now(),
        async () => perform(transaction, id, decision, work),
        ({ kind }) => kind === 'done' && decision?.status !== undefined,
      );
      crashPoint('quarantine:before-commit');
      return performed;
    });
    crashPoint('quarantine:after-commit');
    if (result.kind === 'key_reused') return { kind: 'key_reused' };
    const { answer, isReplayed } = result;
    return answer.kind === 'done' && isReplayed ? { ...answer, isReplayed } : answer;
  };
}

async function perform(
  transaction: DatabaseTransaction,
  id: number,
  decision: Decision | null,
  work: (transaction: DatabaseTransaction) => Promise<number>,
): Promise<Decided> {
  if (decision !== null) {
    const { numUpdatedRows } = await pipelineTables(transaction)
      .updateTable('quarantine')
      .set(decision)
      .where('id', '=', id)
      .where('status', '=', 'kept')
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return { kind: 'done', events: await work(transaction) };
  }
  const entry = await findEntry(transaction, id);
  return entry === null ? { kind: 'unknown' } : { kind: 'decided', status: entry.status };
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
