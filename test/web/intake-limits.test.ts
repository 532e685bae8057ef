import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SOURCE_KINDS } from '../../src/responder/alerts/alerts.ts';
import { INTAKE_PATH } from '../../src/web/web.ts';
import { createRecordingLogger, send, startResponder } from '../support/start-web.ts';

/** A delivery whose body the test sends piece by piece. */
function begin(url: string, headers: Record<string, string> = {}) {
  const sent = request(`${url}${INTAKE_PATH}`, { method: 'POST', headers, agent: false });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve);
    sent.once('error', reject);
  });
  answer.catch(() => {});
  return { sent, answer };
}

async function write(sent: ClientRequest, text: string): Promise<void> {
  await new Promise<void>((resolve) => sent.write(text, () => resolve()));
}

/** Until the responder has got hold of what was sent: it has no way to say so. */
async function refused(refusals: readonly string[], reason: string): Promise<void> {
  await expect.poll(() => refusals, { timeout: 10_000 }).toContain(reason);
}

describe('limits of the intake', () => {
  it.each(SOURCE_KINDS)('takes %s at an address of its own', async (kind) => {
    const { url, service } = await startResponder();
    const path = `${url}/api/v1/alerts/${kind}`;
    const headers = { 'Content-Encoding': ' GZIP ' };
    expect((await send(path, { method: 'POST', headers, body: '{}' })).status).toBe(200);
    expect(service.deliveries).toMatchObject([{ kind, encoding: 'gzip', sender: 'anonymous' }]);
    expect((await send(path)).status).toBe(405);
  });

  it('puts off with 503 what would take more memory than there is for bodies', async () => {
    const { url, service } = await startResponder({ intakeLimits: { bytesInHand: 1000 } });
    const gate = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    service.acceptWith = async () => {
      held.resolve();
      await gate.promise;
      return { status: 'accepted', events: 1 };
    };
    const deliver = async (length: number) =>
      send(`${url}${INTAKE_PATH}`, { method: 'POST', body: 'x'.repeat(length) });
    const first = deliver(600);
    await held.promise;
    const second = await deliver(600);
    expect([second.status, second.headers['retry-after']]).toEqual([503, '5']);
    // Without a length it is counted as it comes.
    const { sent, answer } = begin(url, { 'Transfer-Encoding': 'chunked' });
    await write(sent, 'x'.repeat(300));
    await write(sent, 'x'.repeat(300));
    expect((await answer).statusCode).toBe(503);
    gate.resolve();
    expect((await first).status).toBe(200);
    expect((await deliver(900)).status).toBe(200);
  });

  it('gives up with 503 on a body that comes too slowly, and frees what it held', async () => {
    const limits = { bytesInHand: 1000, idleMs: 5000, totalMs: 20_000 };
    const { url, service, clock } = await startResponder({ intakeLimits: limits });
    const { sent, answer } = begin(url, { 'Content-Length': '900' });
    await write(sent, 'x');
    // The budget says when the first byte has arrived.
    const probe = async () =>
      send(`${url}${INTAKE_PATH}`, { method: 'POST', body: 'y'.repeat(500) });
    await expect.poll(async () => (await probe()).status, { timeout: 10_000 }).toBe(503);
    await clock.advance(5000);
    const { statusCode, headers } = await answer;
    expect([statusCode, headers.connection]).toEqual([503, 'close']);
    await refused(service.refusals, 'too_slow');
    expect((await probe()).status).toBe(200);
    sent.destroy();
  });

  it('frees what a sender held that hangs up', async () => {
    const { url, service } = await startResponder({ intakeLimits: { bytesInHand: 1000 } });
    const { sent } = begin(url, { 'Content-Length': '900' });
    await write(sent, 'x');
    const probe = async () =>
      send(`${url}${INTAKE_PATH}`, { method: 'POST', body: 'y'.repeat(500) });
    await expect.poll(async () => (await probe()).status, { timeout: 10_000 }).toBe(503);
    sent.destroy();
    await refused(service.refusals, 'hung_up');
    expect((await probe()).status).toBe(200);
  });

  it('answers 503 when the commit takes too long, also when it succeeds in the end', async () => {
    const logger = createRecordingLogger();
    const limits = { commitMs: 4000, deliveries: 1 };
    const { url, service, clock } = await startResponder({ logger, intakeLimits: limits });
    const asked = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    service.acceptWith = async () => {
      asked.resolve();
      await gate.promise;
      return { status: 'accepted', events: 1 };
    };
    const deliver = async () => send(`${url}${INTAKE_PATH}`, { method: 'POST', body: '{}' });
    const slow = deliver();
    await asked.promise;
    await clock.advance(4000);
    expect((await slow).status).toBe(503);
    expect(service.refusals).toEqual(['commit_too_slow']);
    // It is still in hand until the store has done with it.
    expect((await deliver()).status).toBe(503);
    gate.resolve();
    await expect.poll(async () => (await deliver()).status, { timeout: 10_000 }).toBe(200);
    expect(service.deliveries).toHaveLength(2);
  });

  it('stops to read a body without a length above the limit', async () => {
    const { url, service } = await startResponder({ intakeLimits: { bodyBytes: 1000 } });
    const { sent, answer } = begin(url, { 'Transfer-Encoding': 'chunked' });
    await write(sent, 'x'.repeat(2000));
    expect((await answer).statusCode).toBe(413);
    expect(service.refusals).toEqual(['too_large']);
  });

  it.each(['Content-Length: -1', 'Content-Length: 1e9', 'Content-Length: 5\r\nContent-Length: 6'])(
    'takes nothing with %j',
    async (header) => {
      const { url, service } = await startResponder();
      const { port } = new URL(url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`POST ${INTAKE_PATH} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toContain('HTTP/1.1 400');
      socket.destroy();
      expect(service.deliveries).toEqual([]);
    },
  );
});
