import { Readable } from 'node:stream';
import type { Transform } from 'node:stream';
import { constants, createBrotliCompress, createDeflate, gzipSync } from 'node:zlib';
import type { Socket } from 'node:net';

import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { DEFAULT_HTTP_LIMITS, createHttpClient } from '../../src/http/http.ts';
import type { HttpOutcome } from '../../src/http/http.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { startFaultServer } from '../support/fault-server.ts';
import { startRawServer, writeForEver } from '../support/raw-server.ts';
import type { RawServer } from '../support/raw-server.ts';

const MEGABYTE = 2 ** 20;
const GIGABYTE = 2 ** 30;
const LIMIT = DEFAULT_HTTP_LIMITS.bodyBytes;
const OK = 'HTTP/1.1 200 OK\r\nconnection: close\r\n';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

async function serve(answer: (socket: Socket) => void): Promise<RawServer> {
  const server = await startRawServer(answer);
  open.push(server);
  return server;
}

async function ask(url: string, timeoutMs = 15_000): Promise<HttpOutcome> {
  const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock: createSystemClock() });
  open.push(http);
  return http.request({ method: 'GET', url, timeoutMs });
}

function verdictOf(outcome: HttpOutcome, port: number): string {
  if (outcome.ok) return `${outcome.answer.status} with ${outcome.answer.body.length} characters`;
  const { reason, detail } = outcome.failure;
  return `${reason}: ${detail.replaceAll(`127.0.0.1:${port}`, 'HOST')}`;
}

/** Resident bytes that a piece of work adds at its worst, looked at as often as the event loop turns. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage.rss();
  let peak = before;
  let isOver = false;
  const look = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
    if (!isOver) setImmediate(look);
  };
  look();
  await work();
  isOver = true;
  return peak - before;
}

/** Bodies that unpack to one gigabyte of zeros. */
async function makeBombs(): Promise<ReadonlyMap<string, Buffer>> {
  const zeros = Buffer.alloc(MEGABYTE);
  // Members of a gzip file follow one another, so a gigabyte is a sixteenth of it 16 times over.
  const member = gzipSync(Buffer.alloc(GIGABYTE / 16));
  const bombs = new Map([['gzip', Buffer.concat(Array.from({ length: 16 }, () => member))]]);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 4 };
  const packers: readonly (readonly [string, Transform])[] = [
    ['deflate', createDeflate({ level: 1 })],
    ['br', createBrotliCompress({ params: quality })],
  ];
  for (const [name, packer] of packers) {
    Readable.from(Array.from({ length: GIGABYTE / MEGABYTE }, () => zeros)).pipe(packer);
    bombs.set(name, Buffer.concat(await Array.fromAsync(packer as AsyncIterable<Buffer>)));
  }
  return bombs;
}

describe('an answer that is too much ends at its limit and costs little memory', () => {
  let bombs: ReadonlyMap<string, Buffer>;
  beforeAll(async () => {
    bombs = await makeBombs();
  }, 120_000);

  it.each(['gzip', 'deflate', 'br'])('1 GB of zeros packed with %s', async (coding) => {
    const bomb = bombs.get(coding) ?? Buffer.alloc(0);
    const server = await serve((socket) => {
      socket.write(`${OK}content-encoding: ${coding}\r\n\r\n`);
      socket.end(bomb);
    });
    const peak = await peakOf(async () => {
      const verdict = verdictOf(await ask(server.url), server.port);
      expect(verdict).toBe('too_large: HOST answered with more than 16777216 bytes');
    });
    expect(peak).toBeLessThan(160 * MEGABYTE);
  });

  it.each([
    ['plain bytes', `${OK}\r\n`, Buffer.alloc(MEGABYTE, ' ')],
    ['a promised gigabyte', `${OK}content-length: ${GIGABYTE}\r\n\r\n`, Buffer.alloc(MEGABYTE, ' ')],
    ['chunks', `${OK}transfer-encoding: chunked\r\n\r\n`, Buffer.from(`1000\r\n${' '.repeat(4096)}\r\n`)],
    ['gzip members that hold nothing', `${OK}content-encoding: gzip\r\n\r\n`, gzipSync('')],
  ])('%s without end', async (_name, head, piece) => {
    const server = await serve((socket) => {
      socket.write(head);
      writeForEver(socket, piece);
    });
    const peak = await peakOf(async () => {
      const verdict = verdictOf(await ask(server.url), server.port);
      expect(verdict).toBe('too_large: HOST answered with more than 16777216 bytes');
    });
    expect(peak).toBeLessThan(160 * MEGABYTE);
    // The limit, and what the buffers of two sockets hold.
    expect(server.bytesWritten()).toBeLessThan(LIMIT + 32 * MEGABYTE);
  }); // prettier-ignore

  it('chunks of a single byte do not cost a hundred bytes each', async () => {
    const server = await serve((socket) => {
      socket.write(`${OK}transfer-encoding: chunked\r\n\r\n`);
      socket.end(`${'1\r\n \r\n'.repeat(MEGABYTE)}0\r\n\r\n`);
    });
    const peak = await peakOf(async () => {
      const verdict = verdictOf(await ask(server.url), server.port);
      expect(verdict).toBe(`200 with ${MEGABYTE} characters`);
    });
    expect(peak).toBeLessThan(120 * MEGABYTE);
  });

  it.each([
    ['header lines', 'HTTP/1.1 200 OK\r\n', 'a: b\r\n', 'too_large: HOST answered with more bytes of headers than the limit'],
    ['one header', 'HTTP/1.1 200 OK\r\na: ', 'xxxxxxxx', 'too_large: HOST answered with more bytes of headers than the limit'],
    ['interim answers', '', 'HTTP/1.1 102 Processing\r\n\r\n', 'bad_payload: HOST sent more than 16 interim answers'],
    ['trailers', `${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, 'a: b\r\n', 'too_large: HOST answered with more bytes of headers than the limit'],
  ])('%s without end', async (_name, head, piece, verdict) => {
    const server = await serve((socket) => {
      socket.write(head);
      writeForEver(socket, Buffer.from(piece.repeat(100)));
    });
    expect(verdictOf(await ask(server.url), server.port)).toBe(verdict);
    expect(server.bytesWritten()).toBeLessThan(16 * MEGABYTE);
  }); // prettier-ignore
});

describe('a target that answers for ever one byte at a time', () => {
  it.each([
    ['in its head', 'HTTP/1.1 200 OK\r\na: '],
    ['in its body', `${OK}\r\n`],
    ['in a chunk extension', `${OK}transfer-encoding: chunked\r\n\r\n1;`],
  ])('%s ends at the deadline, and others do not notice', async (_name, head) => {
    const timers: NodeJS.Timeout[] = [];
    const slow = await serve((socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write('x'), 5);
      timers.push(timer);
      socket.once('close', () => clearInterval(timer));
    });
    const good = await startFaultServer();
    open.push(good);
    const startedAtMs = performance.now();
    const waiting = ask(slow.url, 400);
    for (let count = 0; count < 20; count++) {
      expect(verdictOf(await ask(good.url), good.port)).toBe('200 with 2 characters');
    }
    const verdict = verdictOf(await waiting, slow.port);
    expect(verdict).toBe('timeout: HOST gave no complete answer within 400 ms');
    expect(performance.now() - startedAtMs).toBeLessThan(3000);
    for (const timer of timers) clearInterval(timer);
  });
});
