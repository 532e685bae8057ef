import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { NO_MASK, createMask, decodeDelivery } from '../responder/alerts/alerts.ts';
import type { AlertEvent, MaskingOptions, WebhookDecoding } from '../responder/alerts/alerts.ts';
import type { DeliveryDecoder } from '../responder/pipeline/pipeline.ts';
import { systemErrorCode } from '../std/std.ts';
import type { DecodeMessage, DecodeTask } from './decode-worker.ts';

export type DecoderLimits = {
  /** Smaller bodies are decoded at once: a thread costs more than they do. */
  readonly inlineBytes: number;
  /** Of the heap of a thread; what needs more is put in quarantine. */
  readonly heapMegabytes: number;
};

export const DECODER_LIMITS: DecoderLimits = { inlineBytes: 256 * 1024, heapMegabytes: 400 };

const ENTRY = new URL('./decode-worker.ts', import.meta.url);

/**
 * Decodes large deliveries, and those that have to be inflated, in a thread with bounded memory, one after the other.
 * A small body may describe a large tree of values (`[[],[],…`): the thread then ends, and the body is undecodable.
 */
export function createDeliveryDecoder(
  limits: DecoderLimits = DECODER_LIMITS,
  masking: MaskingOptions | null = null,
): DeliveryDecoder {
  const mask = masking === null ? NO_MASK : createMask(masking);
  let last: Promise<unknown> = Promise.resolve();
  return async (delivery) => {
    const isPlain = delivery.encoding === '' || delivery.encoding === 'identity';
    if (isPlain && delivery.body.length <= limits.inlineBytes)
      return decodeDelivery(delivery, mask);
    const decoding = last.then(async () => decodeInThread({ delivery, masking }, limits));
    last = decoding.catch(() => {});
    return decoding;
  };
}

async function decodeInThread(
  task: DecodeTask,
  { heapMegabytes }: DecoderLimits,
): Promise<WebhookDecoding> {
  const worker = new Worker(ENTRY, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
  });
  const events: AlertEvent[] = [];
  let end: WebhookDecoding | undefined;
  worker.on('message', (message: DecodeMessage) => {
    if (message.kind === 'end') end = message.decoding;
    else for (const event of message.events) events.push(Object.freeze(event));
  });
  try {
    await once(worker, 'exit');
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY') return needsTooMuch(heapMegabytes);
    throw error;
  }
  if (end === undefined) throw new Error('the thread that decodes ended without a result');
  return end.ok ? { ...end, events } : end;
}

function needsTooMuch(heapMegabytes: number): WebhookDecoding {
  const message = `decoding it needs more than ${heapMegabytes} megabytes`;
  const remedy = 'let the sender make smaller deliveries; in Alertmanager, set group_by';
  return { ok: false, problems: [{ place: '', message, remedy }] };
}
