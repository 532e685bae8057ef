import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createFaultProxy } from '../../src/sandbox/front/fault-proxy.ts';
import type { FaultProxy } from '../../src/sandbox/front/fault-proxy.ts';
import { createSeededRandom } from '../../src/std/std.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { eventually } from './support.ts';

/** Says back what it is told, in capitals. */
let echo: Server;
beforeAll(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece) => socket.write(piece.toString().toUpperCase()));
    socket.on('end', () => socket.end());
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
afterAll(() => void echo.close());

const clock = createManualClock();
const upstreamPort = (): number => (echo.address() as AddressInfo).port;

async function withProxy(use: (proxy: FaultProxy, port: number) => Promise<void>): Promise<void> {
  const random = createSeededRandom(1);
  const proxy = createFaultProxy({ host: '127.0.0.1', port: 0, upstreamPort, clock, random });
  const port = await proxy.open();
  try {
    await use(proxy, port);
  } finally {
    await proxy.close();
  }
}

/** What comes back of `text`, or the code of what ended the connection. */
function ask(port: number, text: string): { readonly answer: Promise<string>; sofar(): string } {
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (piece) => (heard += piece.toString()));
  socket.end(text);
  const answer = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.once('close', () => resolve(heard === '' ? 'closed' : heard));
  });
  return { answer, sofar: () => heard };
}

/** Says one letter after the other, each when the last one was answered. */
function converse(port: number, letters: number): { socket: Socket; answer: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  let left = letters - 1;
  socket.write('a');
  socket.on('data', () => (left-- > 0 ? socket.write('a') : socket.end()));
  const answer = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.once('close', () => resolve('closed'));
  });
  return { socket, answer };
}

describe('the fault proxy', () => {
  it('passes on what is said and answered, and both ends of it', async () => {
    await withProxy(async (_proxy, port) => {
      expect(await ask(port, 'hello').answer).toBe('HELLO');
      const large = 'x'.repeat(1_000_000);
      expect(await ask(port, large).answer).toBe(large.toUpperCase());
    });
  });

  it('delays answers', async () => {
    await withProxy(async (proxy, port) => {
      proxy.line.delayMs = 2000;
      const before = clock.pendingTimers();
      const { answer, sofar } = ask(port, 'late');
      await eventually(async () => clock.pendingTimers() > before);
      await clock.advance(1900);
      expect(sofar()).toBe('');
      await clock.advance(200);
      expect(await answer).toBe('LATE');
    });
  });

  it('resets connections in the place of answers, also those that lived for a while', async () => {
    await withProxy(async (proxy, port) => {
      proxy.line.resetRatio = 0.5;
      const { socket, answer } = converse(port, 100);
      expect(await answer).toBe('ECONNRESET');
      expect(socket.bytesRead).toBeLessThan(100);
      proxy.line.resetRatio = 1;
      expect(await ask(port, 'gone').answer).toBe('ECONNRESET');
      proxy.line.resetRatio = 0;
      expect(await ask(port, 'back').answer).toBe('BACK');
    });
  });

  it('swallows everything while it is silent', async () => {
    await withProxy(async (proxy, port) => {
      proxy.line.isSilent = true;
      const { answer, sofar } = ask(port, 'anybody?');
      for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(sofar()).toBe('');
      await proxy.close();
      expect(await answer).toMatch(/closed|ECONNRESET/);
    });
  });

  it('refuses connections when closed, and comes back on the same port', async () => {
    await withProxy(async (proxy, port) => {
      await proxy.close();
      expect(await ask(port, 'hello').answer).toBe('ECONNREFUSED');
      expect(await proxy.open()).toBe(port);
      expect(await ask(port, 'again').answer).toBe('AGAIN');
    });
  });

  it('ends the connection of a client when the server is gone', async () => {
    const random = createSeededRandom(1);
    const nowhere = { host: '127.0.0.1', port: 0, upstreamPort: () => 1, clock, random };
    const proxy = createFaultProxy(nowhere);
    const port = await proxy.open();
    expect(await ask(port, 'hello').answer).toMatch(/closed|ECONNRESET/);
    await proxy.close();
  });
});
