import type { Socket } from 'node:net';

import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { createHttpClient } from '../../src/http/http.ts';
import type { HttpClientOptions, HttpOutcome } from '../../src/http/http.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { startRawServer } from '../support/raw-server.ts';
import type { RawServer } from '../support/raw-server.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

const LIMITS = { bodyBytes: 100_000, headerBytes: 8192, headerLines: 100, interimAnswers: 8 };

async function serve(answer: (socket: Socket) => void): Promise<RawServer> {
  const server = await startRawServer(answer);
  open.push(server);
  return server;
}

async function ask(url: string, more: Partial<HttpClientOptions> = {}): Promise<HttpOutcome> {
  const options = { allow: ['127.0.0.1'], limits: LIMITS, ...more };
  const http = createHttpClient(options, { clock: createSystemClock() });
  open.push(http);
  return http.request({ method: 'GET', url, timeoutMs: 5000 });
}

/** What the answer comes to: its reason and exact detail with the place as HOST, or its status and body. */
function verdictOf(outcome: HttpOutcome, port: number): string {
  if (outcome.ok) return `${outcome.answer.status} ${outcome.answer.body}`;
  const { reason, detail } = outcome.failure;
  return `${reason}: ${detail.replaceAll(`127.0.0.1:${port}`, 'HOST')}`;
}

const OK = 'HTTP/1.1 200 OK\r\n';
const JSON_2 = `${OK}content-length: 2\r\n\r\n{}`;
const MALFORMED = 'bad_payload: HOST sent an incomplete or malformed answer';

/** Each answer ends with the connection, and with exactly one verdict. */
const ANSWERS: readonly (readonly [name: string, answer: string, verdict: string])[] = [
  ['a good answer', JSON_2, '200 {}'],
  ['a good answer after an interim one', `HTTP/1.1 103 Early Hints\r\n\r\n${JSON_2}`, '200 {}'],
  ['a body that ends with the connection', `${OK}connection: close\r\n\r\n{}`, '200 {}'],
  ['nothing at all', '', 'tcp: HOST: ECONNRESET'],
  ['HTTP/0.9', '<html>hello</html>', `${MALFORMED} (HPE_INVALID_CONSTANT)`],
  ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', `${MALFORMED} (HPE_INVALID_CONSTANT)`],
  ['HTTP/9.9', 'HTTP/9.9 200 OK\r\n\r\n', `${MALFORMED} (HPE_INVALID_VERSION)`],
  ['a status that is no number', 'HTTP/1.1 abc OK\r\n\r\n', `${MALFORMED} (HPE_INVALID_STATUS)`],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-ty', 'tcp: HOST: ECONNRESET'],
  ['a header without colon', `${OK}nonsense\r\n\r\n`, `${MALFORMED} (HPE_INVALID_HEADER_TOKEN)`],
  ['a header with NUL', `${OK}a: b\0c\r\n\r\n`, `${MALFORMED} (HPE_INVALID_HEADER_TOKEN)`],
  ['a Content-Length that is too long', `${OK}content-length: 9\r\n\r\n{}`, `${MALFORMED} (ECONNRESET)`],
  ['a Content-Length that is too short', `${OK}content-length: 1\r\n\r\n{}`, '200 {'],
  ['a Content-Length that is no number', `${OK}content-length: 2x\r\n\r\n{}`, `${MALFORMED} (HPE_INVALID_CONTENT_LENGTH)`],
  ['a negative Content-Length', `${OK}content-length: -2\r\n\r\n{}`, `${MALFORMED} (HPE_INVALID_CONTENT_LENGTH)`],
  ['two Content-Lengths', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, `${MALFORMED} (HPE_UNEXPECTED_CONTENT_LENGTH)`],
  ['a length and chunks', `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`, `${MALFORMED} (HPE_INVALID_TRANSFER_ENCODING)`],
  ['a chunk size that is no number', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`, `${MALFORMED} (HPE_INVALID_CHUNK_SIZE)`],
  ['a chunk size beyond 64 bits', `${OK}transfer-encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n{}`, `${MALFORMED} (HPE_INVALID_CHUNK_SIZE)`],
  ['chunks without end', `${OK}transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n`, `${MALFORMED} (ECONNRESET)`],
  ['trailers', `${OK}transfer-encoding: chunked\r\ntrailer: x\r\n\r\n2\r\n{}\r\n0\r\nx: y\r\n\r\n`, '200 {}'],
  ['an answer that switches protocols', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n', 'bad_payload: HOST switched to another protocol'],
  ['a gzip body that is none', `${OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}`, `${MALFORMED} (Z_DATA_ERROR)`],
  ['a gzip header without body', `${OK}content-encoding: gzip\r\ncontent-length: 0\r\n\r\n`, '200 '],
  ['a coding nobody asked for', `${OK}content-encoding: zstd\r\ncontent-length: 2\r\n\r\n{}`, 'bad_payload: HOST packed its answer in a way that crmwatch did not ask for'],
  ['a body packed twice', `${OK}content-encoding: gzip, gzip\r\ncontent-length: 2\r\n\r\n{}`, 'bad_payload: HOST packed its answer in a way that crmwatch did not ask for'],
  ['too many header bytes', `${OK}a: ${'x'.repeat(9000)}\r\n\r\n`, 'too_large: HOST answered with more bytes of headers than the limit'],
  ['too many header lines', `${OK}${'a: b\r\n'.repeat(101)}content-length: 2\r\n\r\n{}`, 'too_large: HOST answered with more than 100 header lines'],
  ['too many bytes of trailers', `${OK}transfer-encoding: chunked\r\n\r\n0\r\na: ${'x'.repeat(9000)}\r\n\r\n`, 'too_large: HOST answered with more bytes of headers than the limit'],
  ['too many chunk extensions', `${OK}transfer-encoding: chunked\r\n\r\n2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`, 'too_large: HOST answered with more bytes of chunk extensions than the limit'],
  ['too many interim answers', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(9), 'bad_payload: HOST sent more than 8 interim answers'],
  ['a body over the limit', `${OK}content-length: 100001\r\n\r\n${' '.repeat(100_001)}`, 'too_large: HOST answered with more than 100000 bytes'],
]; // prettier-ignore

describe('a bad answer has one verdict', () => {
  it.each(ANSWERS)('%s', async (_name, answer, verdict) => {
    const server = await serve((socket) => socket.end(answer, 'latin1'));
    expect(verdictOf(await ask(server.url), server.port)).toBe(verdict);
  });

  it('marks a body that is no UTF-8, whatever its bytes are', async () => {
    let body = Buffer.alloc(0);
    const server = await serve((socket) => {
      socket.write(`${OK}content-length: ${body.length}\r\n\r\n`);
      socket.write(body);
    });
    const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock: createSystemClock() });
    open.push(http);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text, 'utf8')),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        body = Buffer.from(sent);
        const outcome = await http.request({ method: 'GET', url: server.url, timeoutMs: 5000 });
        if (!outcome.ok) throw new Error(outcome.failure.detail);
        const isExact = Buffer.from(outcome.answer.body, 'utf8').equals(body);
        expect(outcome.answer.hasInvalidUtf8 ?? false).toBe(!isExact);
      }),
      { numRuns: 60 },
    );
  });

  it('never throws, hangs or invents an answer for arbitrary bytes', async () => {
    let bytes = Buffer.alloc(0);
    const server = await serve((socket) => socket.end(bytes));
    const piece = fc.constantFrom(
      OK, 'HTTP/1.1 ', '\r\n', '\r\n\r\n', 'content-length: ', 'transfer-encoding: chunked\r\n',
      'content-encoding: br\r\n', '0', '7', 'ffffffffffffffff', ';', ':', '\0', '\xff',
    ); // prettier-ignore
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        bytes = Buffer.from(pieces.join(''), 'latin1');
        const outcome = await ask(server.url);
        if (outcome.ok) expect(pieces.join('')).toContain('HTTP/1.1 ');
        else expect(['tcp', 'bad_payload', 'too_large']).toContain(outcome.failure.reason);
      }),
      { numRuns: 100 },
    );
  });
});
