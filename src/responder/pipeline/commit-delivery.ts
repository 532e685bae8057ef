import { partsOf, sha256Hex } from '../../std/std.ts';
import type { Problem } from '../../std/std.ts';
import type { DatabaseTransaction } from '../../store/store.ts';
import type { AlertEvent, DecodedWebhook, RawDelivery, WebhookDecoding } from '../alerts/alerts.ts';
import { pipelineTables } from './pipeline-tables.ts';
import { makeRoom } from './retention/prune-quarantine.ts';
import type { RetentionSettings } from './retention/retention-settings.ts';

/** Rows per INSERT: well below the number of values that SQLite takes in one statement. */
const ROWS_PER_INSERT = 500;

/**
 * Writes the raw body with its events, or into quarantine, or both when only a part could be read. Gives false when the
 * quarantine is full: then its events are written alone, and the sender has to come again for the rest.
 */
export async function commitDelivery(
  transaction: DatabaseTransaction,
  delivery: RawDelivery,
  decoded: WebhookDecoding,
  retention: RetentionSettings,
): Promise<boolean> {
  const deliveryId = decoded.ok ? await insertDelivery(transaction, delivery, decoded) : null;
  if (decoded.ok && deliveryId !== null) {
    await insertEvents(transaction, deliveryId, decoded.events);
  }
  if (decoded.problems.length === 0) return true;
  return keepInQuarantine(transaction, delivery, decoded.problems, { deliveryId, retention });
}

/** Gives the identifier of the delivery. */
export async function insertDelivery(
  transaction: DatabaseTransaction,
  { body, sender, kind, encoding, receivedAtMs }: RawDelivery,
  { groupKey, truncatedAlerts }: Pick<DecodedWebhook, 'groupKey' | 'truncatedAlerts'>,
): Promise<number> {
  const { id } = await pipelineTables(transaction)
    .insertInto('deliveries')
    .values({
      sender,
      kind,
      encoding,
      body,
      received_at_ms: receivedAtMs,
      group_key: groupKey,
      truncated_alerts: truncatedAlerts,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function insertEvents(
  transaction: DatabaseTransaction,
  deliveryId: number,
  events: readonly AlertEvent[],
): Promise<void> {
  for (const part of partsOf(events, ROWS_PER_INSERT)) {
    const rows = part.map((event) => ({
      delivery_id: deliveryId,
      sender: event.sender,
      fingerprint: event.fingerprint,
      status: event.status,
      event: JSON.stringify(event),
    }));
    await pipelineTables(transaction).insertInto('inbox').values(rows).execute();
  }
}

/**
 * A sender whose body is refused sends it again and again: the same bytes are kept once, with the number of times
 * that they came, so that one wrong template does not fill the disk.
 */
async function keepInQuarantine(
  transaction: DatabaseTransaction,
  { body, sender, kind, encoding, receivedAtMs }: RawDelivery,
  problems: readonly Problem[],
  {
    deliveryId,
    retention,
  }: { readonly deliveryId: number | null; readonly retention: RetentionSettings },
): Promise<boolean> {
  const tables = pipelineTables(transaction);
  const digest = sha256Hex(body);
  const { numUpdatedRows } = await tables
    .updateTable('quarantine')
    .set((update) => ({
      copies: update('copies', '+', 1),
      last_received_at_ms: receivedAtMs,
    }))
    .where('digest', '=', digest)
    .where('status', '=', 'kept')
    .where('sender', '=', sender)
    .where('kind', '=', kind)
    .where('encoding', '=', encoding)
    .executeTakeFirst();
  if (numUpdatedRows > 0n) return true;
  if (!(await makeRoom(transaction, body.length, retention, receivedAtMs))) return false;
  await tables
    .insertInto('quarantine')
    .values({
      sender,
      kind,
      encoding,
      body,
      digest,
      bytes: body.length,
      received_at_ms: receivedAtMs,
      last_received_at_ms: receivedAtMs,
      problems: JSON.stringify(problems),
      delivery_id: deliveryId,
    })
    .execute();
  return true;
}
