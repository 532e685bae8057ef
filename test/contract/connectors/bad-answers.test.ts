import { describe, expect, it } from 'vitest';

import { connectionDecoder } from '../../../src/exporter/connectors/connectors.ts';
import type { Connector } from '../../../src/exporter/connectors/connectors.ts';
import { decode } from '../../../src/std/std.ts';
import { connectorOf } from '../../support/connector-support.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { startRawServer } from '../../support/raw-server.ts';
import { createClosing } from '../../support/targets.ts';

const CALL = { timeoutMs: 5000 };
const AUTHENTICATION = { method: 'bearer', token: { environment: 'TOKEN' } };
const closing = createClosing();

function connect(url: string, path: string, more: object = {}): Connector {
  const rest = { platform: 'rest', url, authentication: AUTHENTICATION, login: { path } };
  const connector = connectorOf({ ...rest, ...more }, { TOKEN: 's3cret' });
  closing(connector);
  return connector;
}

function answering(type: string, body: Buffer, more = ''): string {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${more}content-length: ${body.length}\r\n\r\n`;
  return head + body.toString('latin1');
}

/** What the login probe of a generic REST target says to an answer; docs/exporter/safety.md repeats it. */
const ANSWERS: readonly (readonly [name: string, answer: string, expected: object])[] = [
  ['good JSON', answering('application/json', Buffer.from('{"a":"é"}')), { ok: true }],
  ['JSON behind a byte order mark', answering('application/json', Buffer.from('\uFEFF{}')), { ok: true }],
  ['JSON in Latin-1', answering('application/json', Buffer.from('{"a":"é"}', 'latin1')), { reason: 'bad_payload', detail: 'GET /me answered 200 with JSON that is no UTF-8' }],
  ['JSON in UTF-16', answering('application/json', Buffer.from('{"a":1}', 'utf16le')), { reason: 'bad_payload', detail: 'GET /me answered 14 bytes that are no complete JSON' }],
  ['JSON nested a million times', answering('application/json', Buffer.from('['.repeat(1_000_000))), { reason: 'bad_payload', detail: 'GET /me answered 1000000 bytes that are no complete JSON' }],
  ['half of a JSON text', answering('application/json', Buffer.from('{"a":')), { reason: 'bad_payload', detail: 'GET /me answered 5 bytes that are no complete JSON' }],
  ['HTML', answering('text/html', Buffer.from('<title>Log in</title>')), { reason: 'bad_payload', detail: 'GET /me answered 200 with HTML in place of JSON' }],
  ['nothing', answering('application/json', Buffer.from('')), { reason: 'bad_payload', detail: 'GET /me answered 200 with an empty body' }],
  ['a redirect', 'HTTP/1.1 302 Found\r\nlocation: /log-in?s3cret\r\ncontent-length: 0\r\n\r\n', { reason: 'bad_payload', detail: 'GET /me answered 302' }],
  ['an error page in Latin-1', answering('text/html', Buffer.from('é', 'latin1')).replace('200 OK', '503 Busy'), { reason: 'server_error', detail: 'GET /me answered 503' }],
  ['HTTP/0.9', 'hello', { reason: 'bad_payload', detail: 'HOST sent an incomplete or malformed answer (HPE_INVALID_CONSTANT)' }],
  ['headers over the limit', answering('application/json', Buffer.from('{}'), `x: ${'y'.repeat(20_000)}\r\n`), { reason: 'too_large', detail: 'HOST answered with more bytes of headers than the limit' }],
]; // prettier-ignore

describe('what a probe says to a bad answer', () => {
  it.each(ANSWERS)('%s', async (_name, answer, expected) => {
    const server = await startRawServer((socket) => socket.end(answer, 'latin1'));
    closing(server);
    const outcome = await connect(server.url, '/me?key=s3cret').login?.(CALL);
    const text = JSON.stringify(outcome).replaceAll(`127.0.0.1:${server.port}`, 'HOST');
    const wanted = 'ok' in expected ? expected : { ok: false, failure: expected };
    expect(JSON.parse(text)).toMatchObject(wanted);
  });
});

describe('answer_limits', () => {
  it('holds answers to the bytes that the configuration allows', async () => {
    const server = await startFaultServer({ respond: () => ({ body: { a: 'x'.repeat(3000) } }) });
    closing(server);
    const place = `127.0.0.1:${server.port}`;
    const detail = `${place} answered with more than 2000 bytes`;
    const small = connect(server.url, '/me', { answer_limits: { bytes: 2000 } });
    expect(await small.login?.(CALL)).toEqual({
      ok: false,
      failure: { reason: 'too_large', detail },
    });
    const large = connect(server.url, '/me', { answer_limits: { bytes: 4000 } });
    expect(await large.login?.(CALL)).toMatchObject({ ok: true });
  });

  it('follows redirects only when it is told to', async () => {
    const server = await startFaultServer({
      respond: ({ path }) =>
        path === '/me' ? { status: 307, body: '', headers: { location: '/v2/me' } } : { body: {} },
    });
    closing(server);
    const failure = { reason: 'bad_payload', detail: 'GET /me answered 307' };
    expect(await connect(server.url, '/me').login?.(CALL)).toEqual({ ok: false, failure });
    const following = connect(server.url, '/me', { answer_limits: { redirects: 1 } });
    expect(await following.login?.(CALL)).toMatchObject({ ok: true });
    expect(server.seen.at(-1)?.headers['authorization']).toBe('Bearer s3cret');
  });
});

describe('credentials', () => {
  it.each(['//127.0.0.1:OTHER/x', '/@127.0.0.1:OTHER/x', '/http://127.0.0.1:OTHER/x', '/\\127.0.0.1:OTHER/x', '/../..//127.0.0.1:OTHER/x'])(
    'stay with their target for the path %s',
    async (template) => {
      const server = await startFaultServer();
      const other = await startFaultServer();
      closing(server, other);
      const path = template.replace('OTHER', String(other.port));
      // The network is allowed, so nothing but the binding to the origin stands between the two.
      const more = { allow_networks: ['127.0.0.0/8'], answer_limits: { redirects: 5 } };
      expect(await connect(server.url, path, more).login?.(CALL)).toMatchObject({ ok: true });
      expect([server.seen.length, other.connections()]).toEqual([1, 0]);
    },
  ); // prettier-ignore

  it.each(['http://127.0.0.1:OTHER/x', '@127.0.0.1:OTHER/', '.example.com/', ':99/', '\t//x', ''])(
    'are never handed to the path "%s": the configuration refuses it',
    (path) => {
      const login = { path };
      const url = 'http://127.0.0.1:80';
      const rest = { platform: 'rest', url, authentication: AUTHENTICATION, login };
      expect(decode.run(connectionDecoder, rest)).toMatchObject({ ok: false });
    },
  );
});
