import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { errorMessage } from '../../std/std.ts';
import { refused } from './decoding.ts';
import type { WebhookDecoding } from './decoding.ts';
import { NO_MASK } from './mask.ts';
import type { Mask } from './mask.ts';
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
/** A post of 20,000 alerts has some 600,000; each takes memory many times its length in the body. */
const DECODED_LIMIT_VALUES = 2_000_000;

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b];

/**
 * Whether a small body describes a large tree (`[[],[],…`): told by the characters that begin a value, without
 * building anything. Those inside of texts count too, which errs on the side of the memory.
 */
function hasTooManyValues(body: Buffer): boolean {
  let count = 0;
  // Without an iterator, which takes several times as long for 30 MB.
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    const startsValue = byte === COMMA || byte === BRACKET || byte === BRACE;
    if (startsValue && ++count > DECODED_LIMIT_VALUES) return true;
  }
  return false;
}

function decodePlain(body: Buffer, delivery: RawDelivery, mask: Mask): WebhookDecoding {
  const { kind, sender, receivedAtMs } = delivery;
  if (!hasTooManyValues(body)) return DECODERS[kind](body, { sender, receivedAtMs, mask });
  const remedy = 'let the sender make smaller deliveries; in Alertmanager, set group_by';
  return refused('', `the body holds more than ${DECODED_LIMIT_VALUES} values`, remedy);
}

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
 * Inflates, decodes and masks; never throws. What is kept of a delivery but its body passes here: its events (see
 * `makeEvent`), the key of its group, and what is said about what could not be read, which quotes the body. What inflates to more than `DECODED_LIMIT_BYTES` is stopped there. Neither
 * Alertmanager nor Grafana compresses, so a body that cannot be inflated is treated as any other that cannot be
 * read, and not with a status of its own.
 */
export function decodeDelivery(delivery: RawDelivery, mask: Mask = NO_MASK): WebhookDecoding {
  const decoded = decodeUnmasked(delivery, mask);
  const problems = decoded.problems.map((problem) => ({
    ...problem,
    message: mask.text(problem.message),
  }));
  if (!decoded.ok) return { ok: false, problems };
  return { ...decoded, groupKey: mask.text(decoded.groupKey), problems };
}

function decodeUnmasked(delivery: RawDelivery, mask: Mask): WebhookDecoding {
  const { body, encoding } = delivery;
  if (encoding === '' || encoding === 'identity') return decodePlain(body, delivery, mask);
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
  return decodePlain(plain, delivery, mask);
}
