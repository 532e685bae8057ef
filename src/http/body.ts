import { isUtf8 } from 'node:buffer';
import { Transform, pipeline } from 'node:stream';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createUnzip } from 'node:zlib';

import { systemErrorCode } from '../std/std.ts';
import { RequestEnd } from './failures.ts';

/** What is asked for: each is unpacked here, as a stream, so that a limit can end it at any byte. */
export const ACCEPTED_ENCODINGS = 'gzip, deflate, br';

export type Body = {
  readonly text: string;
  /** Bytes that are no UTF-8 stand in the text as U+FFFD; who needs the exact text must look here first. */
  readonly hasInvalidUtf8: boolean;
};

export type BodyOptions = {
  /** Host and port, for the detail of a failure. */
  readonly place: string;
  /** The header Content-Encoding, or undefined. */
  readonly encoding: string | undefined;
  /** Holds for the bytes that arrive and for those that they unpack to. */
  readonly limitBytes: number;
  readonly signal: AbortSignal;
};

/**
 * Reads a body to its end and throws RequestEnd at its limit. What has arrived is copied together at once: a
 * list of its pieces would cost a hundred bytes for each byte of a server that sends them one by one.
 */
export async function readBody(stream: Readable, options: BodyOptions): Promise<Body> {
  const { place, limitBytes, signal } = options;
  const tooLarge = (): RequestEnd =>
    new RequestEnd('too_large', `${place} answered with more than ${limitBytes} bytes`);
  const unpacked = unpack(stream, options, tooLarge);
  // A body that is never read to its end is cut off by destroying the stream, deadline included.
  const cut = (): void => void stream.destroy();
  signal.addEventListener('abort', cut, { once: true });
  let buffer = Buffer.alloc(0);
  let length = 0;
  try {
    for await (const chunk of unpacked.stream as AsyncIterable<Buffer>) {
      if (length + chunk.length > limitBytes) throw tooLarge();
      if (length + chunk.length > buffer.length) {
        buffer = grown(buffer, length, length + chunk.length);
      }
      chunk.copy(buffer, length);
      length += chunk.length;
    }
    signal.throwIfAborted();
    const bytes = buffer.subarray(0, length);
    return { text: bytes.toString('utf8'), hasInvalidUtf8: !isUtf8(bytes) };
  } catch (error) {
    const isIncomplete = systemErrorCode(error) === 'Z_BUF_ERROR';
    if (signal.aborted || !isIncomplete || !unpacked.isEmpty()) throw error;
    return { text: '', hasInvalidUtf8: false };
  } finally {
    signal.removeEventListener('abort', cut);
    unpacked.stream.destroy();
    stream.destroy();
  }
}

/** Doubling keeps the copying in proportion to the size of the body. */
function grown(buffer: Buffer, length: number, wanted: number): Buffer<ArrayBuffer> {
  const larger = Buffer.alloc(Math.max(wanted, buffer.length * 2));
  buffer.copy(larger, 0, 0, length);
  return larger;
}

type Packed = {
  readonly stream: Readable;
  /** Nothing arrived that could be unpacked, as in an answer without content. */
  isEmpty(): boolean;
};

/**
 * The body as it was before it was packed (RFC 9110, section 8.4). Packed twice over is refused: nobody does it
 * but to hide how much there is.
 */
function unpack(stream: Readable, options: BodyOptions, tooLarge: () => RequestEnd): Packed {
  const codings = (options.encoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  const [coding] = codings;
  if (coding === undefined) return { stream, isEmpty: () => false };
  const unpacker = codings.length === 1 ? createUnpacker(coding) : undefined;
  if (unpacker === undefined) {
    stream.destroy();
    const detail = 'packed its answer in a way that crmwatch did not ask for';
    throw new RequestEnd('bad_payload', `${options.place} ${detail}`);
  }
  let arrivedBytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      arrivedBytes += chunk.length;
      if (arrivedBytes > options.limitBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
  // The reader of the last stream gets whatever error ends the chain.
  pipeline(stream, counter, unpacker, () => {});
  return { stream: unpacker, isEmpty: () => arrivedBytes === 0 };
}

function createUnpacker(coding: string): Transform | undefined {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
    case 'deflate':
      return createUnzip();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
