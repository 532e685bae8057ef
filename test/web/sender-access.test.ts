import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sender } from '../../src/web/web.ts';
import {
  createBearerSender,
  createRecordingLogger,
  send,
  startResponder,
} from '../support/start-web.ts';

const OPEN = { networks: [], kinds: [] } as const;

function basic(name: string, username: string, ...passwords: string[]): Sender {
  return { ...OPEN, name, credential: { kind: 'basic', username, passwords: () => passwords } };
}

function basicHeader(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function start(senders: readonly Sender[]) {
  const logger = createRecordingLogger();
  const { url, service, clock } = await startResponder({ senders, logger });
  async function deliver(authorization: string | null, kind = 'alertmanager') {
    const headers = authorization === null ? {} : { Authorization: authorization };
    const answer = await send(`${url}/api/v1/alerts/${kind}`, {
      method: 'POST',
      headers,
      body: '{}',
    });
    return answer.status === 200 ? (service.deliveries.at(-1)?.sender ?? '') : answer.status;
  }
  return { deliver, service, logger, clock };
}

describe('senders', () => {
  it('may have several tokens at once, one of which is on its way out', async () => {
    const { deliver } = await start([createBearerSender('a', 'old', 'new')]);
    expect(await deliver('Bearer old')).toBe('a');
    expect(await deliver('Bearer new')).toBe('a');
    expect(await deliver('Bearer other')).toBe(401);
  });

  it('are refused with the old token as soon as it is gone', async () => {
    let tokens = ['old'];
    const credential = { kind: 'bearer', tokens: () => tokens } as const;
    const { deliver } = await start([{ ...OPEN, name: 'a', credential }]);
    expect(await deliver('Bearer old')).toBe('a');
    tokens = ['new'];
    expect(await deliver('Bearer old')).toBe(401);
    expect(await deliver('Bearer new')).toBe('a');
  });

  it('may use basic authentication', async () => {
    const { deliver } = await start([
      basic('a', 'am', 'one', 'two:2'),
      basic('b', 'zabbix', 'one'),
    ]);
    expect(await deliver(basicHeader('am', 'one'))).toBe('a');
    expect(await deliver(basicHeader('am', 'two:2'))).toBe('a');
    expect(await deliver(basicHeader('zabbix', 'one'))).toBe('b');
    for (const [user, password] of [
      ['am', 'x'],
      ['x', 'one'],
      ['zabbix', 'two:2'],
      ['', ''],
    ]) {
      expect(await deliver(basicHeader(user ?? '', password ?? ''))).toBe(401);
    }
    expect(await deliver('Basic YW0=')).toBe(401);
    expect(await deliver('Bearer one')).toBe(401);
  });

  it('with the right token but from elsewhere, or for another kind, get 403', async () => {
    const far = { ...createBearerSender('far', 'f'), networks: ['192.0.2.0/24', '2001:db8::/32'] };
    const near = { ...createBearerSender('near', 'n'), networks: ['127.0.0.0/8'] };
    const one = { ...createBearerSender('one', 'o'), kinds: ['grafana'] as const };
    const { deliver, service, logger } = await start([far, near, one]);
    expect(await deliver('Bearer f')).toBe(403);
    expect(await deliver('Bearer n')).toBe('near');
    expect(await deliver('Bearer o')).toBe(403);
    expect(await deliver('Bearer o', 'grafana')).toBe('one');
    expect(service.refusals).toEqual(['forbidden', 'forbidden']);
    expect(logger.lines[0]?.fields).toMatchObject({ sender: 'far', address: '127.0.0.1' });
  });

  it('may be known by their address alone, unless they show wrong credentials', async () => {
    const near = {
      name: 'near',
      credential: { kind: 'address' },
      networks: ['127.0.0.1'],
      kinds: [],
    } as const;
    const { deliver } = await start([near]);
    expect(await deliver(null)).toBe('near');
    expect(await deliver('Bearer x')).toBe(401);
    const far = { ...near, networks: ['127.0.0.2'] };
    expect(await (await start([far])).deliver(null)).toBe(401);
    // Node by itself takes an IPv4 address for a member of ::/0.
    const other = { ...near, networks: ['::/0'] };
    expect(await (await start([other])).deliver(null)).toBe(401);
  });

  it('are put off with 503 while a secret cannot be read, and others go on', async () => {
    const broken: Sender = {
      ...OPEN,
      name: 'broken',
      credential: {
        kind: 'bearer',
        tokens: () => {
          throw new Error('/run/secret is empty');
        },
      },
    };
    const { deliver, logger } = await start([broken, createBearerSender('b', 'token')]);
    expect(await deliver('Bearer something')).toBe(503);
    expect(await deliver('Bearer token')).toBe('b');
    expect(logger.lines.some(({ level }) => level === 'error')).toBe(true);
  });

  it('are never let in by anything else, whatever the header', async () => {
    const { deliver, clock } = await start([
      createBearerSender('a', 'secret'),
      basic('b', 'am', 'secret2'),
    ]);
    const header = fc
      .oneof(
        fc.string(),
        fc.string().map((text) => `Bearer ${text}`),
        fc.string().map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
      )
      // What Node refuses to send is no test of ours.
      .map((text) => text.replace(/[^\x20-\x7e]/g, ''));
    await fc.assert(
      fc.asyncProperty(header, async (text) => {
        expect(await deliver(text)).toBe(401);
        // So slowly that none of them has to wait.
        await clock.advance(6000);
      }),
      { numRuns: 50 },
    );
  });
});
