import { parentPort, workerData } from 'node:worker_threads';
import { NO_MASK, createMask, decodeDelivery } from '../responder/alerts/alerts.ts';
import type { MaskingOptions, RawDelivery, WebhookDecoding } from '../responder/alerts/alerts.ts';
import { partsOf } from '../std/std.ts';

/** Events by the thousand, so that no message holds up the one who reads it for long; then the rest. */
export type DecodeMessage =
  | {
      readonly kind: 'events';
      readonly events: Extract<WebhookDecoding, { ok: true }>['events'];
    }
  | { readonly kind: 'end'; readonly decoding: WebhookDecoding };

export type DecodeTask = {
  readonly delivery: RawDelivery;
  /** Null when nothing is to be masked. */
  readonly masking: MaskingOptions | null;
};

const EVENTS_PER_MESSAGE = 500;

/** The thread of one delivery: it ends with it, and its memory is given back. */
function run({ delivery, masking }: DecodeTask): void {
  const { buffer, byteOffset, byteLength } = delivery.body;
  // A Buffer crosses as plain bytes.
  const body = Buffer.from(buffer, byteOffset, byteLength);
  const mask = masking === null ? NO_MASK : createMask(masking);
  const decoding = decodeDelivery({ ...delivery, body }, mask);
  const send = (message: DecodeMessage): void => parentPort?.postMessage(message, []);
  if (!decoding.ok) {
    send({ kind: 'end', decoding });
    return;
  }
  for (const events of partsOf(decoding.events, EVENTS_PER_MESSAGE))
    send({ kind: 'events', events });
  send({ kind: 'end', decoding: { ...decoding, events: [] } });
}

run(workerData as DecodeTask);
