import { createServer, request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestListener } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createSilentLogger } from '../../../src/std/std.ts';
import { createWebServer } from '../../../src/web/web.ts';
import type { ListenPlace, WebConfig, WebTls } from '../../../src/web/web.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import type { ManualClock } from '../../support/manual-clock.ts';
import { makeTestCertificates } from '../../support/test-certificates.ts';
import type { TestCertificates } from '../../support/test-certificates.ts';

let certificates: TestCertificates;
beforeAll(async () => {
  certificates = await makeTestCertificates();
});

const PAGE: RequestListener = (request, response) =>
  response.end(`${request.method} ${request.url}`);
const PLAIN: WebConfig = { http2: true, headers: {}, users: new Map() };
/** `secret`, hashed with the lowest cost. */
const HASH = '$2b$04$9t0eN9cxTfgEc2.G.cwiyu.eZV9IFdYOxeXeP8/u4K70QQdzPUYQ.';

type Site = { url: string; port: number; clock: ManualClock; set(config: WebConfig | Error): void };

async function serve(
  config: WebConfig,
  handler = PAGE,
  places?: readonly ListenPlace[],
): Promise<Site> {
  const clock = createManualClock();
  let current: WebConfig | Error = config;
  const source = {
    current() {
      if (current instanceof Error) throw current;
      return current;
    },
  };
  const app = { name: 'exporter', handler, closeStreams: () => {}, loopbackOnly: null };
  const server = createWebServer(app, {
    host: '127.0.0.1',
    port: 0,
    clock,
    web: { source, logger: createSilentLogger() },
    ...(places === undefined ? {} : { places }),
  });
  const { url } = await server.start();
  onTestFinished(async () => {
    const stopped = server.stop();
    await clock.advance(10_000);
    await stopped;
  });
  return { url, port: Number(new URL(url).port), clock, set: (next) => void (current = next) };
}

function tls(options: Partial<WebTls> = {}): WebTls {
  const { cert, key } = certificates.valid;
  return {
    certificate: cert,
    key,
    clientAuthentication: 'none',
    minimumVersion: 'TLSv1.2',
    maximumVersion: 'TLSv1.3',
    prefersServerCiphers: true,
    ...options,
  };
}

type Answer = { status: number; headers: IncomingMessage['headers']; text: string };

async function ask(url: string, options: object = {}): Promise<Answer> {
  const request = url.startsWith('https') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { ca: certificates.authority, agent: false, ...options },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text: Buffer.concat(parts).toString(),
          }),
        );
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

function basic(user: string, password: string): object {
  return {
    headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` },
  };
}

describe('a password', () => {
  it('is asked for, and right, wrong and unknown ones are told apart by the answer alone', async () => {
    const { url } = await serve({ ...PLAIN, users: new Map([['alice', HASH]]) });
    const refused = await ask(url);
    expect([refused.status, refused.headers['www-authenticate'], refused.text]).toEqual([
      401,
      'Basic',
      'Unauthorized\n',
    ]);
    const statusOf = async (user: string, password: string): Promise<number> =>
      (await ask(url, basic(user, password))).status;
    for (let round = 0; round < 2; round++) {
      expect(await statusOf('alice', 'secret')).toBe(200);
      expect(await statusOf('alice', 'other')).toBe(401);
      expect(await statusOf('nobody', 'secret')).toBe(401);
    }
    for (const authorization of [
      'Bearer x',
      'Basic',
      'Basic %%%',
      `Basic ${Buffer.from('alice').toString('base64')}`,
    ]) {
      expect((await ask(url, { headers: { authorization } })).status).toBe(401);
    }
  });

  it('that is changed in the file is the one that counts from then on', async () => {
    const { url, set } = await serve({ ...PLAIN, users: new Map([['alice', HASH]]) });
    expect((await ask(url, basic('alice', 'secret'))).status).toBe(200);
    set({
      ...PLAIN,
      users: new Map([['alice', '$2y$10$CwTycUXWue0Thq9StjUM0uJ8.k8ETIVd4LbdL6IiMvBYb4pvqVh2S']]),
    });
    expect((await ask(url, basic('alice', 'secret'))).status).toBe(401);
  });
});

describe('headers, rate limit and a broken file', () => {
  it('sets the headers on every answer', async () => {
    const { url } = await serve({ ...PLAIN, headers: { 'X-Frame-Options': 'deny' } });
    expect((await ask(url)).headers['x-frame-options']).toBe('deny');
  });

  it('grants a burst, and then one request in each interval', async () => {
    const { url, clock } = await serve({ ...PLAIN, rateLimit: { intervalMs: 1000, burst: 3 } });
    const statuses = async (count: number): Promise<number[]> => {
      const all: number[] = [];
      for (let index = 0; index < count; index++) all.push((await ask(url)).status);
      return all;
    };
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429]);
    await clock.advance(1000);
    expect(await statuses(2)).toEqual([200, 429]);
    await clock.advance(60_000);
    expect(await statuses(4)).toEqual([200, 200, 200, 429]);
  });

  it('answers 500 while the file cannot be used, and goes on when it is mended', async () => {
    const { url, set } = await serve(PLAIN);
    set(new Error('broken'));
    expect(await ask(url)).toMatchObject({
      status: 500,
      text: expect.stringContaining('web configuration'),
    });
    set(PLAIN);
    expect((await ask(url)).status).toBe(200);
  });
});

describe('TLS', () => {
  it('is served, over HTTP/1 and HTTP/2', async () => {
    const { url } = await serve({ ...PLAIN, tls: tls() });
    expect(url).toMatch(/^https:/);
    expect(await ask(`${url}/a?b`)).toMatchObject({ status: 200, text: 'GET /a?b' });
    expect(await askHttp2(url, '/c?d')).toEqual({ status: 200, text: 'GET /c?d' });
  });

  it.each([
    ['TLSv1.2', 'TLSv1.2', 'TLSv1.3', 'TLSv1.2'],
    ['TLSv1.3', 'TLSv1.2', 'TLSv1.3', 'TLSv1.3'],
    ['TLSv1.2', 'TLSv1.3', 'TLSv1.3', undefined],
    ['TLSv1.3', 'TLSv1.2', 'TLSv1.2', undefined],
    ['TLSv1.1', 'TLSv1.1', 'TLSv1.3', 'TLSv1.1'],
  ] as const)(
    'a client of %s and a server of %s to %s agree on %s',
    async (client, minimumVersion, maximumVersion, agreed) => {
      const { port } = await serve({ ...PLAIN, tls: tls({ minimumVersion, maximumVersion }) });
      expect(
        await protocolOf(port, {
          minVersion: client,
          maxVersion: client,
          ciphers: 'DEFAULT:@SECLEVEL=0',
        }),
      ).toBe(agreed);
    },
  );

  it('uses the ciphers and curves that are named, in their order', async () => {
    const ciphers = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'];
    const { port } = await serve({
      ...PLAIN,
      tls: tls({ ciphers, maximumVersion: 'TLSv1.2', curves: ['P-384'] }),
    });
    const socket = await handshake(port, { ciphers: [...ciphers].reverse().join(':') });
    expect(socket.getCipher().name).toBe(ciphers[0]);
    expect(socket.getEphemeralKeyInfo()).toMatchObject({ name: 'secp384r1' });
    await expect(
      handshake(port, { ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305', maxVersion: 'TLSv1.2' }),
    ).rejects.toThrow();
  });

  it('shows a new certificate to the next connection, and turns all away while it cannot be used', async () => {
    const { url, port, set } = await serve({ ...PLAIN, tls: tls() });
    const shown = async (): Promise<string> =>
      (await handshake(port)).getPeerX509Certificate()?.subjectAltName ?? '';
    expect(await shown()).toContain('127.0.0.1');
    const { cert, key } = certificates.otherName;
    set({ ...PLAIN, tls: tls({ certificate: cert, key }) });
    expect(await shown()).toBe('DNS:other.example');
    set(new Error('broken'));
    await expect(ask(url)).rejects.toThrow();
    set({ ...PLAIN, tls: tls() });
    expect((await ask(url)).status).toBe(200);
  });

  it('without HTTP/2 speaks HTTP/1 alone', async () => {
    const { url, port } = await serve({ ...PLAIN, http2: false, tls: tls() });
    expect((await handshake(port, { ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol).toBe(
      'http/1.1',
    );
    expect((await ask(url)).status).toBe(200);
  });
});

describe('certificates of clients', () => {
  type Client = 'none' | 'good' | 'bad';
  const rows: readonly (readonly [WebTls['clientAuthentication'], Record<Client, boolean>])[] = [
    ['none', { none: true, good: true, bad: true }],
    ['request', { none: true, good: true, bad: true }],
    ['require_any', { none: false, good: true, bad: true }],
    ['verify_if_given', { none: true, good: true, bad: false }],
    ['require_and_verify', { none: false, good: true, bad: false }],
  ];

  function optionsOf(client: Client): object {
    if (client === 'none') return {};
    return client === 'good' ? certificates.client : certificates.selfSignedExpired;
  }

  it.each(rows)('%s', async (clientAuthentication, welcome) => {
    const { url } = await serve({
      ...PLAIN,
      tls: tls({ clientAuthentication, clientAuthorities: [certificates.authority] }),
    });
    for (const client of ['none', 'good', 'bad'] as const) {
      const isWelcome = await ask(url, optionsOf(client)).then(
        ({ status }) => status === 200,
        () => false,
      );
      expect([client, isWelcome]).toEqual([client, welcome[client]]);
    }
  });

  it.each([
    [['127.0.0.1'], true],
    [['localhost', 'x'], true],
    [['LOCALHOST'], false],
    [['other.example'], false],
    [[], false],
  ] as const)('with a name among %j: %s', async (clientNames, isWelcome) => {
    const { url } = await serve({
      ...PLAIN,
      tls: tls({
        clientAuthentication: 'require_and_verify',
        clientAuthorities: [certificates.authority],
        clientNames,
      }),
    });
    expect(
      await ask(url, certificates.client).then(
        () => true,
        () => false,
      ),
    ).toBe(isWelcome);
  });
});

describe('HTTP/2', () => {
  it('carries a page of 6 MB and many requests at once', async () => {
    const page = 'x'.repeat(6_000_000);
    const { url } = await serve({ ...PLAIN, tls: tls() }, (_request, response) =>
      response.end(page),
    );
    const session = connectHttp2(url, { ca: certificates.authority });
    onTestFinished(() => session.destroy());
    const texts = await Promise.all(Array.from({ length: 10 }, async () => stream(session, '/')));
    expect(texts.map(({ text }) => text.length)).toEqual(
      Array.from({ length: 10 }, () => page.length),
    );
  });

  it('asks for passwords too, and tells what body was sent', async () => {
    const { url } = await serve({ ...PLAIN, users: new Map([['alice', HASH]]), tls: tls() });
    expect((await askHttp2(url, '/')).status).toBe(401);
  });

  it('aborts the request behind it when the caller hangs up', async () => {
    const aborted = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const { url } = await serve({ ...PLAIN, tls: tls() }, (_request, response) => {
      response.once('close', () => aborted.resolve());
      begun.resolve();
    });
    const session = connectHttp2(url, { ca: certificates.authority });
    onTestFinished(() => session.destroy());
    const asked = session.request({ ':path': '/' });
    asked.on('error', () => {});
    await begun.promise;
    asked.close(8);
    await aborted.promise;
  });
});

describe('several addresses', () => {
  it('serve the same application, and a taken one is named', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(
      serve(PLAIN, PAGE, [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.1', port },
      ]),
    ).rejects.toMatchObject({
      code: 'address_in_use',
      message: `exporter: 127.0.0.1:${port} is already in use`,
    });
  });
});

async function handshake(port: number, options: ConnectionOptions = {}) {
  return new Promise<ReturnType<typeof connectTls>>((resolve, reject) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      ca: certificates.authority,
      checkServerIdentity: () => undefined,
      ...options,
    });
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
    onTestFinished(() => void socket.destroy());
  });
}

async function protocolOf(port: number, options: ConnectionOptions): Promise<string | undefined> {
  return handshake(port, options).then(
    (socket) => socket.getProtocol() ?? undefined,
    () => undefined,
  );
}

async function stream(session: ReturnType<typeof connectHttp2>, path: string) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const asked = session.request({ ':path': path });
    let status = 0;
    let text = '';
    asked.setEncoding('utf8');
    asked.on('response', (headers) => void (status = headers[':status'] ?? 0));
    asked.on('data', (part: string) => void (text += part));
    asked.on('end', () => resolve({ status, text }));
    asked.on('error', reject);
  });
}

async function askHttp2(url: string, path: string) {
  const session = connectHttp2(url, { ca: certificates.authority });
  onTestFinished(() => session.destroy());
  return stream(session, path);
}
