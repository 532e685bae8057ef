import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { errorMessage } from '../../std/std.ts';
import { refused } from './decoding.ts';
import type { WebhookDecoding } from './decoding.ts';
import { DECODERS } from './registry.ts';
import type { SourceKind } from './registry.ts';

/** A delivery as it came over the wire, with all that is needed to decode it again one day. */
export type RawDelivery = {
  readonly body: Buffer;
  readonly sender: string;
  readonly kind: SourceKind;
  /** The Content-Encoding, empty for none. */
  readonly encoding: string;
  readonly receivedAtMs: number;
};

/** Of a body once it is inflated: the same as of one that comes plain. */
const DECODED_LIMIT_BYTES = 64 * 1024 * 1024;

const INFLATERS = {
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
} as const;

function isInflatable(encoding: string): encoding is keyof typeof INFLATERS {
  return Object.hasOwn(INFLATERS, encoding);
}

/**
 * Inflates and decodes; never throws. What inflates to more than `DECODED_LIMIT_BYTES` is stopped there. Neither
 * Alertmanager nor Grafana compresses, so a body that cannot be inflated is treated as any other that cannot be
 * read, and not with a status of its own.
 */
export function decodeDelivery(delivery: RawDelivery): WebhookDecoding {
  const { body, kind, encoding } = delivery;
  if (encoding === '' || encoding === 'identity') return DECODERS[kind](body, delivery);
  const remedy = `send the body plain, or compressed with one of ${Object.keys(INFLATERS).join(', ')}`;
  if (!isInflatable(encoding)) {
    return refused('Content-Encoding', `${encoding.slice(0, 40)} is not known`, remedy);
  }
  let plain: Buffer;
  try {
    plain = INFLATERS[encoding](body, { maxOutputLength: DECODED_LIMIT_BYTES });
  } catch (error) {
    const why =
      (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
        ? `inflates to more than ${DECODED_LIMIT_BYTES} bytes`
        : `cannot be inflated: ${errorMessage(error)}`;
    return refused('', `the body ${why}`, remedy);
  }
  return DECODERS[kind](plain, delivery);
}
