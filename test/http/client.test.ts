import { gzipSync } from 'node:zlib';
import { createServer } from 'node:net';
import { once } from 'node:events';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createHttpClient } from '../../src/http/http.ts';
import type {
  InspectingHttpClient,
  HttpClientDependencies,
  HttpOutcome,
} from '../../src/http/http.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { startFaultServer } from '../support/fault-server.ts';
import type { Fault, FaultServer, FaultServerOptions } from '../support/fault-server.ts';
import { makeTestCertificates } from '../support/test-certificates.ts';
import type { KeyPair, TestCertificates } from '../support/test-certificates.ts';

let certificates: TestCertificates;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  certificates = await makeTestCertificates();
});
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

async function server(options: FaultServerOptions = {}): Promise<FaultServer> {
  const started = await startFaultServer(options);
  open.push(started);
  return started;
}

function client(
  allow: readonly string[] = ['127.0.0.1'],
  more: Partial<HttpClientDependencies> = {},
): InspectingHttpClient {
  const options = { allow, certificateAuthorities: [certificates.authority] };
  const made = createHttpClient(options, { clock: createSystemClock(), ...more });
  open.push(made);
  return made;
}

function get(http: InspectingHttpClient, url: string, more: object = {}): Promise<HttpOutcome> {
  return http.request({ method: 'GET', url, timeoutMs: 5000, ...more });
}

function reasonOf(outcome: HttpOutcome): string {
  return outcome.ok ? `status ${outcome.answer.status}` : outcome.failure.reason;
}

describe('phases', () => {
  it('times DNS, TCP, TLS and HTTP apart on a fresh connection to a name', async () => {
    const crm = await server({ tls: certificates.valid });
    const http = client(['localhost'], {
      resolve: (_host, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const url = `https://localhost:${crm.port}/`;
    const outcome = await get(http, url, { freshConnection: true });
    if (!outcome.ok) throw new Error(outcome.failure.detail);
    expect(Object.keys(outcome.answer.phases).sort()).toEqual(['dns', 'http', 'tcp', 'tls']);
    const sum = Object.values(outcome.answer.phases).reduce((total, seconds) => total + seconds, 0);
    expect(sum).toBeLessThanOrEqual(outcome.answer.totalSeconds);
    expect(outcome.answer.certificate).toMatchObject({ issuer: 'test authority' });
  });

  it('leaves out what does not take place', async () => {
    const crm = await server();
    const http = client();
    const first = await get(http, crm.url);
    const second = await get(http, crm.url);
    expect(first.ok && Object.keys(first.answer.phases).sort()).toEqual(['http', 'tcp']);
    expect(second.ok && Object.keys(second.answer.phases)).toEqual(['http']);
    await get(http, crm.url, { freshConnection: true });
    expect(crm.connections()).toBe(2);
  });

  it('keeps the phases that did take place when a later one fails', async () => {
    const crm = await server();
    crm.setFault({ kind: 'hang_up' });
    const outcome = await get(client(), crm.url, { freshConnection: true });
    expect(reasonOf(outcome)).toBe('tcp');
    expect(outcome.ok || Object.keys(outcome.phases)).toEqual(['tcp']);
  });
});

describe('reasons', () => {
  it.each<[string, Fault, string]>([
    ['a silent server', { kind: 'silent' }, 'timeout'],
    ['a body without end', { kind: 'slow_loris' }, 'timeout'],
    ['a truncated body', { kind: 'truncated', body: '{"a":' }, 'bad_payload'],
    ['a broken gzip body', { kind: 'answer', status: 200, body: 'no gzip', headers: { 'content-encoding': 'gzip' } }, 'bad_payload'],
    ['a redirect is an answer', { kind: 'answer', status: 302, headers: { location: 'http://169.254.169.254/' } }, 'status 302'],
  ])('%s', async (_name, fault, reason) => {
    const crm = await server();
    crm.setFault(fault);
    const outcome = await get(client(), crm.url, { timeoutMs: 300 });
    expect(reasonOf(outcome)).toBe(reason);
    expect(crm.seen).toHaveLength(1);
  }); // prettier-ignore

  it('stops at the body limit, also when the body is small until it is unpacked', async () => {
    const crm = await server();
    const http = client();
    crm.setFault({ kind: 'answer', status: 200, body: 'x'.repeat(2000) });
    expect(reasonOf(await get(http, crm.url, { maximumBytes: 1000 }))).toBe('too_large');
    expect(reasonOf(await get(http, crm.url, { maximumBytes: 2000 }))).toBe('status 200');

    const bomb = gzipSync('x'.repeat(1_000_000));
    const packed = createServer((socket) => {
      socket.once('data', () => {
        const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
        socket.write(head);
        socket.end(bomb);
      });
    }).listen(0, '127.0.0.1');
    await once(packed, 'listening');
    open.push(packed);
    const { port } = packed.address() as { port: number };
    const outcome = await get(http, `http://127.0.0.1:${port}`, { maximumBytes: 10_000 });
    expect(reasonOf(outcome)).toBe('too_large');
  });

  it.each<[string, (all: TestCertificates) => KeyPair, string]>([
    ['expired', (all) => all.expired, 'certificate_expired'],
    ['for another name', (all) => all.otherName, 'certificate_untrusted'],
    ['self-signed and expired', (all) => all.selfSignedExpired, 'certificate_expired'],
  ])('a certificate that is %s, with its facts, and nothing sent', async (_name, pick, reason) => {
    const crm = await server({ tls: pick(certificates) });
    const http = client();
    const outcome = await get(http, crm.url, { headers: { authorization: 'Bearer s3cret' } });
    expect(reasonOf(outcome)).toBe(reason);
    expect(outcome.ok || outcome.certificate?.notAfterMs).toBeGreaterThan(0);
    expect(crm.seen).toHaveLength(0);
    const inspected = await http.inspectCertificate(crm.url, 2000);
    expect(inspected).toMatchObject({ ok: true, value: { subject: 'crm.test' } });
    expect(crm.seen).toHaveLength(0);
  });

  it('verifies certificates, whatever the environment says', async () => {
    const crm = await server({ tls: certificates.otherName });
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      expect(reasonOf(await get(client(), crm.url))).toBe('certificate_untrusted');
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
    expect(crm.seen).toHaveLength(0);
  });

  it('tells a closed port, TLS without TLS, and an unknown name apart', async () => {
    const crm = await server();
    const http = client(['127.0.0.1', 'nowhere.invalid'], {
      resolve: (_host, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
    });
    const secure = crm.url.replace('http:', 'https:');
    expect(reasonOf(await get(http, secure))).toBe('tls');
    expect((await http.inspectCertificate(secure, 2000)).ok).toBe(false);
    expect(reasonOf(await get(http, 'http://nowhere.invalid/'))).toBe('dns');
    await crm.close();
    expect(reasonOf(await get(http, crm.url))).toBe('tcp');
  });

  it('ends when the caller gives up, and when it had given up before', async () => {
    const crm = await server();
    crm.setFault({ kind: 'silent' });
    const http = client();
    const signal = AbortSignal.timeout(50);
    expect(reasonOf(await get(http, crm.url, { signal }))).toBe('timeout');
    expect(reasonOf(await get(http, crm.url, { signal: AbortSignal.abort() }))).toBe('timeout');
  });

  it('sends again what met a connection that the server had just closed', async () => {
    let connections = 0;
    const flaky = createServer((socket) => {
      const connection = ++connections;
      let requests = 0;
      socket.on('data', () => {
        requests++;
        // The first connection dies on its second request, as an idle time-out would have it.
        if (connection === 1 && requests === 2) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(flaky, 'listening');
    const { port } = flaky.address() as { port: number };
    const http = client();
    expect(reasonOf(await get(http, `http://127.0.0.1:${port}`))).toBe('status 200');
    expect(reasonOf(await get(http, `http://127.0.0.1:${port}`))).toBe('status 200');
    expect(connections).toBe(2);
    http.close();
    flaky.close();
  });

  it('says nothing about paths, queries and headers', async () => {
    const crm = await server();
    crm.setFault({ kind: 'hang_up' });
    const url = `${crm.url}/secret-path?token=s3cret`;
    const outcome = await get(client(), url, { headers: { authorization: 'Bearer s3cret' } });
    expect(JSON.stringify(outcome)).not.toMatch(/s3cret|secret-path/);
    for (const [bad, reason] of [
      ['ftp://127.0.0.1/s3cret', 'refused_target'],
      ['not a url s3cret', 'internal'],
    ] as const) {
      const broken = await get(client(), bad);
      expect(reasonOf(broken)).toBe(reason);
      expect(JSON.stringify(broken)).not.toContain('s3cret');
    }
  });
});

describe('guard', () => {
  afterAll(() => {
    delete process.env['HTTP_PROXY'];
  });

  it.each([
    'http://127.0.0.2/',
    'http://2130706434/',
    'http://0x7f.0.0.2/',
    'http://[::ffff:127.0.0.2]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://unlisted.example/',
  ])('refuses %s before anything is sent', async (url) => {
    let resolved = 0;
    const http = client(['127.0.0.1/32:1', 'listed.example'], {
      resolve: (_host, done) => {
        resolved++;
        done(null, [{ address: '127.0.0.2', family: 4 }]);
      },
    });
    expect(reasonOf(await get(http, url))).toBe('refused_target');
    expect(resolved).toBeLessThanOrEqual(1);
  });

  it.each([[['10.0.0.7']], [['::ffff:10.0.0.7']], [['93.184.216.34', '127.0.0.1']], [['::1']]])(
    'refuses a listed name that resolves to %j',
    async (addresses) => {
      const http = client(['listed.example'], {
        resolve: (_host, done) => {
          const found = addresses.map((address) => ({
            address,
            family: address.includes(':') ? 6 : 4,
          }));
          done(null, found);
        },
      });
      const outcome = await get(http, 'http://listed.example/');
      expect(reasonOf(outcome)).toBe('refused_target');
      expect((await http.inspectCertificate('https://listed.example/', 1000)).ok).toBe(false);
    },
  );

  it('takes decimal and other spellings of an allowed address for what they are', async () => {
    const crm = await server();
    for (const host of ['2130706433', '0x7f000001', '127.1', '[::ffff:127.0.0.1]']) {
      const outcome = await get(client(), `http://${host}:${crm.port}/`);
      expect(reasonOf(outcome), host).toBe('status 200');
    }
  });

  it('ignores proxy settings of the environment', async () => {
    const proxy = await server();
    const crm = await server();
    process.env['HTTP_PROXY'] = proxy.url;
    expect(reasonOf(await get(client(), crm.url))).toBe('status 200');
    expect([proxy.seen.length, crm.seen.length]).toEqual([0, 1]);
  });
});
