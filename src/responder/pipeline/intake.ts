import type { Store } from '../../store/store.ts';
import { CrmwatchError, errorMessage } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import { decodeAlertmanagerWebhook } from '../alerts/alerts.ts';
import type { DecodedWebhook } from '../alerts/alerts.ts';
import { pipelineTables } from './pipeline-tables.ts';
import type { ResponderMetrics } from './responder-metrics.ts';

/** Both mean that the raw body is on disk. */
export type Acceptance =
  | {
      readonly kind: 'accepted';
      readonly events: number;
      /** Of alerts in it that could not be read; the whole body is then in quarantine too. */
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'undecodable'; readonly problems: readonly Problem[] };

export type Intake = {
  /**
   * Commits the raw body and its events in one durable transaction before it resolves, so the caller
   * may answer 200. Throws `store_unavailable` when it cannot: the caller answers 503 and the sender
   * tries again.
   */
  accept(rawBody: Buffer | string, sender: string, receivedAtMs: number): Promise<Acceptance>;
};

/** Rows per INSERT: well below the number of values that SQLite takes in one statement. */
const ROWS_PER_INSERT = 500;

export function createIntake(store: Store, metrics: ResponderMetrics): Intake {
  return {
    async accept(rawBody, sender, receivedAtMs) {
      const decoded = decodeAlertmanagerWebhook(rawBody, { sender, receivedAtMs });
      const body = typeof rawBody === 'string' ? Buffer.from(rawBody) : rawBody;
      try {
        await commit(
          store,
          { body, sender, receivedAtMs },
          decoded.problems,
          decoded.ok ? decoded : null,
        );
      } catch (error) {
        metrics.deliveryRefused('store_unavailable');
        if (error instanceof CrmwatchError) throw error;
        throw new CrmwatchError(
          'store_unavailable',
          `the delivery could not be committed: ${errorMessage(error)}`,
          { remedy: 'look at the log of the responder; the sender will try again', cause: error },
        );
      }
      if (!decoded.ok) {
        metrics.deliveryRefused('undecodable');
        return { kind: 'undecodable', problems: decoded.problems };
      }
      metrics.deliveryAccepted(sender, decoded.events.length);
      return { kind: 'accepted', events: decoded.events.length, problems: decoded.problems };
    },
  };
}

type RawDelivery = {
  readonly body: Uint8Array;
  readonly sender: string;
  readonly receivedAtMs: number;
};

async function commit(
  store: Store,
  { body, sender, receivedAtMs }: RawDelivery,
  problems: readonly Problem[],
  decoded: DecodedWebhook | null,
): Promise<void> {
  await store.commitTogether(async (transaction) => {
    const tables = pipelineTables(transaction);
    const raw = { sender, received_at_ms: receivedAtMs, body };
    if (problems.length > 0) {
      const quarantined = { ...raw, problems: JSON.stringify(problems) };
      await tables.insertInto('quarantine').values(quarantined).execute();
    }
    if (decoded === null) return;
    const { id } = await tables
      .insertInto('deliveries')
      .values({
        ...raw,
        group_key: decoded.groupKey,
        truncated_alerts: decoded.truncatedAlerts,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    for (let from = 0; from < decoded.events.length; from += ROWS_PER_INSERT) {
      const rows = decoded.events.slice(from, from + ROWS_PER_INSERT).map((event) => ({
        delivery_id: id,
        sender,
        fingerprint: event.fingerprint,
        status: event.status,
        event: JSON.stringify(event),
      }));
      await tables.insertInto('inbox').values(rows).execute();
    }
  });
}
