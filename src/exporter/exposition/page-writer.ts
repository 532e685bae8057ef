import { setImmediate as afterOtherWork } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { forgetOldest, writeChunk } from './chunk-store.ts';
import type { FamilyChunks, SharedMember, WrittenChunk } from './chunk-store.ts';
import { acceptsGzip, negotiateFormat } from './negotiate.ts';
import type { RenderedPage, ScrapeRequest } from './page.ts';
import type { Format } from './renderer.ts';

/** Lines written before others get a turn: a page of 50,000 lines must not hold up the event loop. */
const LINES_PER_TURN = 5000;

/**
 * From this size a chunk is compressed by itself, and stays so until its source runs again. The smaller ones of a
 * family are compressed together, since every member of a gzip file has a cost, and stay so until one of them changes.
 */
const OWN_MEMBER_BYTES = 1024;

/**
 * The fastest level: its pages are a fifth larger than those of the usual one and take half the time. With a window of
 * 8 KiB, which is more than a chunk mostly has, a compressor takes a quarter of the usual memory.
 */
const COMPRESSION = { level: constants.Z_BEST_SPEED, windowBits: 13, memLevel: 6, chunkSize: 4096 };

/** Chunks that are handed to the threads of the pool at a time; there are four. */
const COMPRESSED_TOGETHER = 8;

/** Runs in the thread pool of libuv, off the main thread. */
const compress: (bytes: Uint8Array, options: typeof COMPRESSION) => Promise<Uint8Array> =
  promisify(gzip);

/** A chunk for one page, which keeps its bytes while other pages compress them. */
type Part = { readonly written: WrittenChunk; readonly bytes: Uint8Array | undefined };

type WrittenFamily = {
  readonly head: Uint8Array;
  readonly small: readonly Part[];
  /** Those that are compressed by themselves. */
  readonly large: readonly Part[];
  readonly members: FamilyChunks['members'];
};

/** `name[]` may give a counter with or without its suffix: formats differ in what they call its family. */
function isWanted(name: string, names: readonly string[]): boolean {
  return names.length === 0 || names.includes(name) || names.includes(name.replace(/_total$/, ''));
}

async function writeFamilies(
  families: readonly FamilyChunks[],
  format: Format,
  isCompressed: boolean,
): Promise<readonly WrittenFamily[]> {
  const all: WrittenFamily[] = [];
  let lineCount = 0;
  for (const { header, chunks, members } of families) {
    const parts: Part[] = [];
    let byteLength = 0;
    for (const chunk of chunks) {
      if (chunk.written[format.id] === undefined) lineCount += chunk.points.length;
      if (lineCount >= LINES_PER_TURN) {
        await afterOtherWork();
        lineCount = 0;
      }
      const written = writeChunk(header, chunk, format, isCompressed);
      byteLength += written.byteLength;
      parts.push({ written, bytes: written.bytes });
    }
    // What has a member of its own comes last, since the head must be first; the order is the same for all pages.
    const [small = [], large = []] = [false, true].map((isLarge) =>
      parts.filter(({ written }) => hasOwnMember(written) === isLarge),
    );
    all.push({ head: format.head(header, byteLength), small, large, members });
  }
  return all;
}

async function compressLargeChunks(families: readonly WrittenFamily[]): Promise<void> {
  const waiting = families
    .flatMap(({ large }) => large)
    .filter(({ written }) => written.gzipped === undefined);
  for (let start = 0; start < waiting.length; start += COMPRESSED_TOGETHER) {
    await Promise.all(
      waiting.slice(start, start + COMPRESSED_TOGETHER).map(async ({ written, bytes }) => {
        written.gzipped = await compress(bytesOf(bytes), COMPRESSION);
        written.bytes = undefined;
      }),
    );
  }
}

function hasOwnMember({ byteLength }: WrittenChunk): boolean {
  return byteLength >= OWN_MEMBER_BYTES;
}

/** Bytes are let go only where there is a compressed form, which is then asked for first. */
function bytesOf(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new Error('the bytes of a chunk are gone; please report it');
  return bytes;
}

function isSame(member: SharedMember, head: Uint8Array, chunks: readonly WrittenChunk[]): boolean {
  return (
    // The head of a family may tell its length, with those chunks that are not here.
    Buffer.compare(member.head, head) === 0 &&
    member.chunks.length === chunks.length &&
    member.chunks.every((chunk, index) => chunk === chunks[index])
  );
}

/** The head of a family and its small chunks: compressed as one, or as they are when that is not worth a member. */
async function compressSmallChunks(
  { head, small, members }: WrittenFamily,
  format: Format,
): Promise<{ readonly gzipped: Uint8Array } | { readonly bytes: readonly Uint8Array[] }> {
  const chunks = small.map(({ written }) => written);
  const known = members?.[format.id];
  if (known !== undefined && isSame(known, head, chunks)) return known;
  const bytes = [head, ...small.map((part) => bytesOf(part.bytes))];
  const byteLength = bytes.reduce((sum, { length }) => sum + length, 0);
  if (members === undefined || byteLength < OWN_MEMBER_BYTES) return { bytes };
  const gzipped = await compress(Buffer.concat(bytes), COMPRESSION);
  forgetOldest(members, format.id);
  members[format.id] = { head, chunks, gzipped };
  return { gzipped };
}

/** Members of a gzip file may follow each other (RFC 1952, 2.2), so a page is a row of members made at any time. */
async function compressPage(
  families: readonly WrittenFamily[],
  format: Format,
): Promise<readonly Uint8Array[]> {
  await compressLargeChunks(families);
  const starts = await Promise.all(
    families.map(async (family) => compressSmallChunks(family, format)),
  );
  const members: Promise<Uint8Array>[] = [];
  let together: Uint8Array[] = [];
  const flush = (): void => {
    if (together.length > 0) members.push(compress(Buffer.concat(together), COMPRESSION));
    together = [];
  };
  const add = (member: Uint8Array): void => {
    flush();
    members.push(Promise.resolve(member));
  };
  for (const [index, { large }] of families.entries()) {
    const start = starts[index];
    if (start !== undefined && 'gzipped' in start) add(start.gzipped);
    else together.push(...(start?.bytes ?? []));
    for (const { written } of large) if (written.gzipped !== undefined) add(written.gzipped);
  }
  if (format.end.length > 0) together.push(format.end);
  flush();
  // No bytes at all would be no gzip file, and a reader would miss its end.
  if (members.length === 0) members.push(compress(format.end, COMPRESSION));
  return Promise.all(members);
}

/** Writes the families that the scrape wants in the format and compression that it takes. */
export async function writePage(
  families: readonly FamilyChunks[],
  request: ScrapeRequest,
): Promise<RenderedPage> {
  const format = negotiateFormat(request.accept);
  const wanted = families.filter(({ header }) => isWanted(header.name, request.names));
  const isCompressed = acceptsGzip(request.acceptEncoding);
  const written = await writeFamilies(wanted, format, isCompressed);
  const { contentType } = format;
  if (isCompressed) {
    return { contentType, contentEncoding: 'gzip', body: await compressPage(written, format) };
  }
  const bytes = written.flatMap(({ head, small, large }) => [
    head,
    ...[...small, ...large].map((part) => bytesOf(part.bytes)),
  ]);
  return { contentType, body: [Buffer.concat([...bytes, format.end])] };
}

/** Names a page without rendering it: two scrapes with the same name can share one rendering. */
export function pageKey({ accept, acceptEncoding, names }: ScrapeRequest): string {
  return JSON.stringify([negotiateFormat(accept).id, acceptsGzip(acceptEncoding), ...names]);
}
