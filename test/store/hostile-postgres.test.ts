import type { Socket } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { openSqlReader } from '../../src/store/store.ts';
import type { SqlReader } from '../../src/store/store.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { startRawServer, writeForEver } from '../support/raw-server.ts';
import type { RawServer } from '../support/raw-server.ts';

const MEGABYTE = 2 ** 20;
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

/** One message of the protocol: a letter, the length of the rest, the rest. */
function message(letter: string, body: Buffer, claimedBytes = body.length): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeUInt32BE(claimedBytes + 4, 1);
  return Buffer.concat([head, body]);
}

const AUTHENTICATED = message('R', Buffer.from([0, 0, 0, 0]));
const READY = message('Z', Buffer.from('I'));
const SET_DONE = Buffer.concat([message('C', Buffer.from('SET\0')), READY]);

/** Parsed, bound, and one column of text. */
const DESCRIBED = Buffer.concat([
  message('1', Buffer.alloc(0)),
  message('2', Buffer.alloc(0)),
  message('T', Buffer.concat([Buffer.from([0, 1]), Buffer.from('v\0'), Buffer.alloc(18)])),
]);
const ROW = message('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 16, 0]), Buffer.alloc(4096)]));

/** Lets everybody in, answers SET, and gives `answer` to what follows. */
async function serve(answer: (socket: Socket) => void): Promise<RawServer> {
  const server = await startRawServer((socket, request) => {
    if (request.includes('user\0')) socket.write(Buffer.concat([AUTHENTICATED, READY]));
    else if (request.startsWith('Q')) socket.write(SET_DONE);
    else answer(socket);
  });
  open.push(server);
  return server;
}

function connect({ port }: RawServer): SqlReader {
  const place = { engine: 'postgresql', host: '127.0.0.1', port } as const;
  const clock = createSystemClock();
  const reader = openSqlReader({ ...place, database: 'crm', user: 'reader' }, { clock });
  open.push(reader);
  return reader;
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'an answer',
    (error: unknown) => error,
  );
}

const LIMITS = { timeoutMs: 10_000 };
const TOO_LARGE = {
  reason: 'too_large',
  message: 'the database answered with more than 67108864 bytes',
};

describe('a PostgreSQL server that answers without end', () => {
  it.each([
    [
      'in rows',
      message('D', Buffer.concat([Buffer.from([0, 1, 0, 0, 16, 0]), Buffer.alloc(4096)])),
    ],
    ['in notices', message('N', Buffer.from(`SNOTICE\0M${'x'.repeat(4096)}\0\0`))],
  ])('ends at the limit: %s', async (_where, piece) => {
    const server = await serve((socket) => {
      socket.write(DESCRIBED);
      writeForEver(socket, piece);
    });
    expect(await failureOf(connect(server).query('SELECT 1', [], LIMITS))).toMatchObject(TOO_LARGE);
    expect(server.bytesWritten()).toBeLessThan(100 * MEGABYTE);
  });

  it('ends at the limit in one message that claims a gigabyte', async () => {
    const server = await serve((socket) => {
      socket.write(message('D', Buffer.alloc(0), 2 ** 30));
      writeForEver(socket, Buffer.alloc(MEGABYTE));
    });
    expect(await failureOf(connect(server).query('SELECT 1', [], LIMITS))).toMatchObject(TOO_LARGE);
  });

  it('ends at the limit before anybody was let in', async () => {
    const server = await startRawServer((socket) => {
      socket.write(message('N', Buffer.alloc(0), 2 ** 30));
      writeForEver(socket, Buffer.alloc(MEGABYTE));
    });
    open.push(server);
    expect(await failureOf(connect(server).connect(LIMITS))).toMatchObject(TOO_LARGE);
    expect(await failureOf(connect(server).query('SELECT 1', [], LIMITS))).toMatchObject(TOO_LARGE);
  });

  it('is asked nothing for a caller who is gone, which would keep a connection for ever', async () => {
    const server = await serve(() => {});
    const reader = connect(server);
    const gone = { ...LIMITS, signal: AbortSignal.abort() };
    expect(await failureOf(reader.query('SELECT 1', [], gone))).toMatchObject({
      reason: 'timeout',
    });
    // As many as there are connections, and one more that waits for a place until its time is over.
    const asked = ['SELECT 2', 'SELECT 2', 'SELECT 2', 'SELECT 3'].map(async (text) =>
      failureOf(reader.query(text, [], { timeoutMs: text === 'SELECT 3' ? 100 : 600 })),
    );
    // Those that wait get their turn before this one.
    await Promise.all(asked);
    await failureOf(reader.query('SELECT 4', [], { timeoutMs: 300 }));
    const seen = server.seen.flatMap((request) => /SELECT \d/.exec(request) ?? []);
    expect(seen).toEqual(['SELECT 2', 'SELECT 2', 'SELECT 2', 'SELECT 4']);
  });

  it('counts each answer on its own', async () => {
    const rows = Buffer.concat(Array.from({ length: 40 * 256 }, () => ROW));
    const done = Buffer.concat([message('C', Buffer.from('SELECT 1\0')), READY]);
    const server = await serve((socket) => socket.write(Buffer.concat([DESCRIBED, rows, done])));
    const reader = connect(server);
    for (let count = 0; count < 3; count++) {
      expect(await reader.query('SELECT v', [], LIMITS)).toHaveLength(40 * 256);
    }
  });
});
