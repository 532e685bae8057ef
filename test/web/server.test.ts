import { get } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSeededRandom, createSilentLogger } from '../../src/std/std.ts';
import { createResponderApp, createWebServer, isLoopbackHost } from '../../src/web/web.ts';
import type { ResponderAppOptions, WebServer } from '../../src/web/web.ts';
import { createTestAccounts } from '../support/accounts.ts';
import { createFakeResponder } from '../support/fake-services.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { createBearerSender } from '../support/start-web.ts';

async function build(
  host: string,
  port = 0,
  options: Partial<ResponderAppOptions> = {},
): Promise<WebServer> {
  const clock = createManualClock();
  const accounts = await createTestAccounts(clock);
  const app = await createResponderApp({
    service: createFakeResponder(clock),
    accounts,
    assets: new Map(),
    clock,
    random: createSeededRandom(1),
    logger: createSilentLogger(),
    listenHost: host,
    ...options,
  });
  const server = createWebServer(app, { host, port, clock });
  onTestFinished(async () => server.stop());
  return server;
}

describe('web server', () => {
  it('names the address and the remedy when the port is taken', async () => {
    const { url } = await (await build('127.0.0.1')).start();
    const port = Number(new URL(url).port);
    await expect((await build('127.0.0.1', port)).start()).rejects.toMatchObject({
      code: 'address_in_use',
      message: `responder: 127.0.0.1:${port} is already in use`,
      remedy: expect.stringContaining('configure another port'),
    });
  });

  it('refuses to listen beyond loopback without tokens for both sides', async () => {
    const token = [{ name: 'a', token: 'b' }];
    await expect((await build('0.0.0.0')).start()).rejects.toMatchObject({
      code: 'listen_refused',
      message: expect.stringContaining('console_token and senders'),
      remedy: expect.stringContaining('or listen on 127.0.0.1'),
    });
    await expect((await build('0.0.0.0', 0, { operators: token })).start()).rejects.toThrow(
      'senders not configured',
    );
  });

  it('says what is wrong with an address that is not of this machine', async () => {
    const operators = [{ name: 'a', token: 'b' }];
    const server = await build('192.0.2.1', 0, {
      operators,
      senders: [createBearerSender('a', 'b')],
    });
    await expect(server.start()).rejects.toMatchObject({ code: 'listen_refused' });
  });

  it('stops while streams are open, and may be stopped twice or before it started', async () => {
    await (await build('127.0.0.1')).stop();
    const server = await build('127.0.0.1');
    const { url } = await server.start();
    const ended = new Promise<void>((resolve) => {
      get(`${url}/events`, (answer) => {
        answer.resume();
        answer.once('close', resolve);
        void server.stop();
      });
    });
    await ended;
    await Promise.all([server.stop(), server.stop()]);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('keeps idle connections longer than Alertmanager and proxies do', async () => {
    const { url } = await (await build('127.0.0.1')).start();
    const answer = await fetch(`${url}/-/healthy`);
    expect(answer.headers.get('keep-alive')).toBe('timeout=120');
    await answer.text();
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['127.0.0.1.evil.example', false],
    ['10.0.0.1', false],
  ])('knows whether %s is loopback', (host, expected) => {
    expect(isLoopbackHost(host)).toBe(expected);
  });
});
