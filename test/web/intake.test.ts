import { describe, expect, it } from 'vitest';
import { CrmwatchError } from '../../src/std/std.ts';
import { INTAKE_LIMIT_BYTES, INTAKE_PATH } from '../../src/web/web.ts';
import {
  createBearerSender,
  createRecordingLogger,
  send,
  startResponder,
} from '../support/start-web.ts';

const SENDERS = [
  createBearerSender('alertmanager-a', 'token-a'),
  createBearerSender('alertmanager-b', 'token-b'),
];

function deliver(
  url: string,
  headers: Record<string, string> = {},
  body: string | Buffer = '{"version":"4"}',
) {
  return send(`${url}${INTAKE_PATH}`, { method: 'POST', headers, body });
}

describe('alert intake', () => {
  it('says 200 only after the delivery was committed, with the bytes as they came', async () => {
    const { url, service, clock } = await startResponder();
    const committed = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    service.acceptWith = async () => {
      asked.resolve();
      await committed.promise;
      return { status: 'accepted', events: 3 };
    };
    let isAnswered = false;
    const answer = deliver(url, { 'Content-Type': 'text/odd' }, '{"a": 1}\r\n').then((value) => {
      isAnswered = true;
      return value;
    });
    await asked.promise;
    expect(isAnswered).toBe(false);
    committed.resolve();
    const { status, body } = await answer;
    expect([status, JSON.parse(body)]).toEqual([200, { status: 'accepted', events: 3 }]);
    expect(service.deliveries[0]).toEqual({
      body: Buffer.from('{"a": 1}\r\n'),
      sender: 'anonymous',
      receivedAtMs: clock.now(),
      kind: 'alertmanager',
      encoding: '',
    });
  });

  it.each([
    new CrmwatchError('store_unavailable', 'disk full', { remedy: 'free some space' }),
    new Error('anything else'),
  ])('answers 503, so that the sender retries, when nothing was committed: %s', async (error) => {
    const { url, service } = await startResponder();
    service.acceptWith = async () => {
      throw error;
    };
    const answer = await deliver(url);
    expect(answer.status).toBe(503);
    expect(answer.body).not.toContain('disk full');
  });

  it('answers 400 with the problems when the body was put in quarantine', async () => {
    const logger = createRecordingLogger();
    const { url, service } = await startResponder({ logger });
    const problems = [{ place: 'alerts', message: 'is missing', remedy: 'send version 4' }];
    service.acceptWith = async () => ({ status: 'undecodable', problems });
    const answer = await deliver(url, {}, 'not json');
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      400,
      { status: 'undecodable', problems },
    ]);
    expect(service.deliveries).toHaveLength(1);
    expect(logger.lines[0]?.message).toContain('quarantine');
  });

  it('knows its senders by their tokens', async () => {
    const { url, service } = await startResponder({ senders: SENDERS });
    for (const header of ['', 'Bearer wrong', 'Bearer token-a2', 'Basic token-a', 'Bearer ']) {
      const refused = await deliver(url, header === '' ? {} : { Authorization: header });
      expect([header, refused.status]).toEqual([header, 401]);
      expect(refused.headers['www-authenticate']).toContain('Bearer');
    }
    expect(service.refusals).toHaveLength(5);
    expect(service.deliveries).toEqual([]);
    await deliver(url, { Authorization: 'bearer token-b' });
    expect(service.deliveries.map(({ sender }) => sender)).toEqual(['alertmanager-b']);
  });

  it('does not take a delivery that a page of another site sends from the browser', async () => {
    const { url, service } = await startResponder();
    expect((await deliver(url, { Origin: 'https://evil.example' })).status).toBe(401);
    expect((await deliver(url, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(401);
    expect(service.deliveries).toEqual([]);
  });

  it.each(['GET', 'HEAD', 'PUT'])('answers %s with 405 and never redirects', async (method) => {
    const { url } = await startResponder();
    for (const path of [INTAKE_PATH, `${INTAKE_PATH}/`]) {
      const answer = await send(`${url}${path}`, { method });
      expect([answer.status, answer.headers['allow']]).toEqual([405, 'POST']);
    }
  });

  it('takes a body far above the usual 100 kB', async () => {
    const { url, service } = await startResponder();
    const body = Buffer.alloc(8 * 1024 * 1024, 0x20);
    expect((await deliver(url, {}, body)).status).toBe(200);
    expect(service.deliveries[0]?.body.length).toBe(body.length);
  });

  it('refuses one above the limit before reading it, and says in the log that it is lost', async () => {
    const logger = createRecordingLogger();
    const { url, service } = await startResponder({ logger });
    const answer = await deliver(
      url,
      { 'Content-Length': String(INTAKE_LIMIT_BYTES + 1) },
      '{',
    ).catch((error: Error) => error);
    if (!(answer instanceof Error)) expect(answer.status).toBe(413);
    expect(service.refusals).toEqual(['too_large']);
    expect(logger.lines.find(({ level }) => level === 'error')?.message).toContain('lost');
  });

  it('answers 503, never 429, when too many deliveries are in hand', async () => {
    const { url, service } = await startResponder({ intakeLimits: { deliveries: 16 } });
    const gate = Promise.withResolvers<void>();
    const full = Promise.withResolvers<void>();
    let waiting = 0;
    service.acceptWith = async () => {
      if (++waiting === 16) full.resolve();
      await gate.promise;
      return { status: 'accepted', events: 1 };
    };
    const held = Array.from({ length: 16 }, () => deliver(url));
    await full.promise;
    expect((await deliver(url)).status).toBe(503);
    gate.resolve();
    const answers = await Promise.all(held);
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 16 }, () => 200));
    expect((await deliver(url)).status).toBe(200);
  });
});
