import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { writeChunk } from './chunk-store.ts';
import type { FamilyChunks, WrittenChunk } from './chunk-store.ts';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';
import type { RenderedPage, ScrapeRequest } from './page.ts';
import type { Format } from './renderer.ts';

/** Lines written before others get a turn: a page of 50,000 lines must not hold up the event loop. */
const LINES_PER_TURN = 5000;

/**
 * From this size a chunk is compressed by itself, and stays so until its source runs again. Smaller ones are
 * compressed together, since every member of a gzip file has a cost.
 */
const OWN_MEMBER_BYTES = 1024;

/**
 * The fastest level: its pages are a fifth larger than those of the usual one and take half the time. With a window of
 * 8 KiB, which is more than a chunk mostly has, a compressor takes a quarter of the usual memory.
 */
const COMPRESSION = { level: constants.Z_BEST_SPEED, windowBits: 13, memLevel: 6 };

/** Chunks that are handed to the threads of the pool at a time; there are four. */
const COMPRESSED_TOGETHER = 16;

/** Runs in the thread pool of libuv, off the main thread. */
const compress: (bytes: Uint8Array, options: typeof COMPRESSION) => Promise<Uint8Array> =
  promisify(gzip);

type WrittenFamily = { readonly head: Uint8Array; readonly chunks: readonly WrittenChunk[] };

/** `name[]` may give a counter with or without its suffix: formats differ in what they call its family. */
function isWanted(name: string, names: readonly string[]): boolean {
  return names.length === 0 || names.includes(name) || names.includes(name.replace(/_total$/, ''));
}

async function writeFamilies(
  families: readonly FamilyChunks[],
  format: Format,
): Promise<readonly WrittenFamily[]> {
  const written: WrittenFamily[] = [];
  let lineCount = 0;
  for (const { header, chunks } of families) {
    const parts: WrittenChunk[] = [];
    let bytes = 0;
    for (const chunk of chunks) {
      if (!chunk.written.has(format.id)) lineCount += chunk.points.length;
      if (lineCount >= LINES_PER_TURN) {
        await afterOtherWork();
        lineCount = 0;
      }
      const part = writeChunk(header, chunk, format);
      bytes += part.bytes.length;
      parts.push(part);
    }
    written.push({ head: format.head(header, bytes), chunks: parts });
  }
  return written;
}

async function compressLargeChunks(families: readonly WrittenFamily[]): Promise<void> {
  const waiting = families
    .flatMap(({ chunks }) => chunks)
    .filter(({ bytes, gzipped }) => gzipped === undefined && bytes.length >= OWN_MEMBER_BYTES);
  for (let start = 0; start < waiting.length; start += COMPRESSED_TOGETHER) {
    await Promise.all(
      waiting.slice(start, start + COMPRESSED_TOGETHER).map(async (chunk) => {
        chunk.gzipped = await compress(chunk.bytes, COMPRESSION);
      }),
    );
  }
}

/** Members of a gzip file may follow each other (RFC 1952, 2.2), so a page is a row of members made at any time. */
async function compressPage(
  families: readonly WrittenFamily[],
  end: Uint8Array,
): Promise<readonly Uint8Array[]> {
  await compressLargeChunks(families);
  const members: Promise<Uint8Array>[] = [];
  let together: Uint8Array[] = [];
  const flush = (): void => {
    if (together.length > 0) members.push(compress(Buffer.concat(together), COMPRESSION));
    together = [];
  };
  for (const { head, chunks } of families) {
    together.push(head);
    // Those with a member of their own come first, so that all others of the family share one.
    const own = chunks.flatMap(({ gzipped }) => (gzipped === undefined ? [] : [gzipped]));
    if (own.length > 0) flush();
    for (const member of own) members.push(Promise.resolve(member));
    for (const { bytes, gzipped } of chunks) if (gzipped === undefined) together.push(bytes);
  }
  if (end.length > 0) together.push(end);
  flush();
  return Promise.all(members);
}

/** Writes the families that the scrape wants in the format and compression that it takes. */
export async function writePage(
  families: readonly FamilyChunks[],
  request: ScrapeRequest,
): Promise<RenderedPage> {
  const format = negotiateFormat(request.accept);
  const wanted = families.filter(({ header }) => isWanted(header.name, request.names));
  const written = await writeFamilies(wanted, format);
  const { contentType } = format;
  if (acceptsGzip(request.acceptEncoding)) {
    const body = await compressPage(written, format.end);
    return { contentType, contentEncoding: 'gzip', body };
  }
  const parts = written.flatMap(({ head, chunks }) => [head, ...chunks.map(({ bytes }) => bytes)]);
  return { contentType, body: [Buffer.concat([...parts, format.end])] };
}

/** Names a page without rendering it: two scrapes with the same name can share one rendering. */
export function pageKey({ accept, acceptEncoding, names }: ScrapeRequest): string {
  return JSON.stringify([negotiateFormat(accept).id, acceptsGzip(acceptEncoding), ...names]);
}
