import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { createHttpClient } from '../../src/http/http.ts';
import type { HttpOutcome, HttpRequest, RequestObserver } from '../../src/http/http.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { startFaultServer } from '../support/fault-server.ts';
import type { FaultServer, GoodAnswer, SeenRequest } from '../support/fault-server.ts';

const open: { close(): unknown }[] = [];
let crm: FaultServer;
let other: FaultServer;
let answer: (request: SeenRequest) => GoodAnswer;
beforeEach(async () => {
  crm = await startFaultServer({ respond: (request) => answer(request) });
  other = await startFaultServer();
  open.push(crm, other);
});
afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

/** Redirects "/from" with a status to a location; everything else is a good answer. */
function redirect(status: number, location: string): void {
  answer = ({ path }) =>
    path === '/from' ? { status, body: '', headers: { location } } : { body: { path } };
}

async function send(
  redirects: number,
  more: Partial<HttpRequest> = {},
  observer?: RequestObserver,
): Promise<HttpOutcome> {
  const options = { allow: ['127.0.0.1', 'localhost'], limits: { redirects } };
  const clock = createSystemClock();
  const http = createHttpClient(options, observer === undefined ? { clock } : { clock, observer });
  open.push(http);
  const headers = { authorization: 'Bearer s3cret' };
  return http.request({ method: 'GET', url: `${crm.url}/from`, timeoutMs: 3000, headers, ...more });
}

function verdictOf(outcome: HttpOutcome): string {
  if (outcome.ok) return `status ${outcome.answer.status}`;
  return `${outcome.failure.reason}: ${outcome.failure.detail.replaceAll(`127.0.0.1:${crm.port}`, 'HOST')}`;
}

const ELSEWHERE =
  'refused_target: HOST redirects to another scheme, host or port, which is never followed';

describe('redirects', () => {
  it.each([300, 301, 302, 303, 304, 305, 307, 308])(
    'are answers like any other when none may be followed: %d',
    async (status) => {
      redirect(status, '/to');
      expect(verdictOf(await send(0))).toBe(`status ${status}`);
      expect(crm.seen).toHaveLength(1);
    },
  );

  it.each(['/to', 'to', '?a=b', './to', '//127.0.0.1:PORT/to', 'http://127.0.0.1:PORT/to'])(
    'are followed within the origin, with the credentials: %s',
    async (location) => {
      redirect(302, location.replace('PORT', String(crm.port)));
      expect(verdictOf(await send(1))).toBe('status 200');
      const sent = crm.seen.map(({ headers }) => headers['authorization']);
      expect(sent).toEqual(['Bearer s3cret', 'Bearer s3cret']);
    },
  );

  it('are seen by who watches, each as it is sent, and not when it is refused', async () => {
    redirect(303, '/to?query');
    const sent: string[] = [];
    let admitted = 0;
    const watching = (allowed: number): RequestObserver => ({
      admit: () => (++admitted > allowed ? 'enough' : undefined),
      sending: ({ method, url }) => void sent.push(`${method} ${url.pathname}${url.search}`),
      answered: () => {},
      ended: () => {},
    });
    const post = { method: 'POST', body: '{}' } as const;
    expect(verdictOf(await send(1, post, watching(2)))).toBe('status 200');
    expect(sent).toEqual(['POST /from', 'GET /to?query']);
    expect(verdictOf(await send(1, post, watching(3)))).toBe('quota_exhausted: enough');
    expect(sent).toEqual(['POST /from', 'GET /to?query', 'POST /from']);
  });

  it.each([
    ['another host', 'http://localhost:PORT/to'],
    ['another port', 'http://127.0.0.1:OTHER/to'],
    ['another scheme', 'https://127.0.0.1:PORT/to'],
    ['no scheme but another host', '//localhost:PORT/to'],
    ['metadata', 'http://169.254.169.254/latest/meta-data/'],
    ['a file', 'file:///etc/passwd'],
    ['data', 'data:application/json,{}'],
    ['gopher', 'gopher://127.0.0.1:OTHER/_GET'],
    ['ftp', 'ftp://127.0.0.1:OTHER/'],
    ['ws', 'ws://127.0.0.1:PORT/'],
    ['the same place with user info', 'http://a:b@127.0.0.1:PORT/to'],
    ['a place that holds a secret', 'http://s3cret.example/s3cret'],
  ])('are never followed to %s', async (_kind, location) => {
    redirect(302, location.replace('PORT', `${crm.port}`).replace('OTHER', `${other.port}`));
    expect(verdictOf(await send(5))).toBe(ELSEWHERE);
    expect([crm.seen.length, other.connections()]).toEqual([1, 0]);
  });

  it('say so when the location is no address', async () => {
    redirect(302, 'http://[s3cret');
    const verdict = 'bad_payload: HOST redirects to something that is no address';
    expect(verdictOf(await send(1))).toBe(verdict);
  });

  it.each([
    [300, '/to'],
    [304, '/to'],
    [305, '/to'],
    [302, undefined],
  ])('are answers when there is nowhere to go: %d to %s', async (status, location) => {
    const headers = location === undefined ? {} : { location };
    answer = () => ({ status, body: '', headers });
    expect(verdictOf(await send(3))).toBe(`status ${status}`);
  });

  it.each<[number, HttpRequest['method'], string, string]>([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'POST', 'GET', ''],
    [307, 'POST', 'POST', '{"a":1}'],
    [308, 'POST', 'POST', '{"a":1}'],
    [301, 'PUT', 'PUT', '{"a":1}'],
    [303, 'PUT', 'GET', ''],
    [303, 'DELETE', 'GET', ''],
    [308, 'PATCH', 'PATCH', '{"a":1}'],
  ])('after %d a %s becomes %s with the body "%s"', async (status, method, next, body) => {
    redirect(status, '/to');
    const headers = { 'Content-Type': 'application/vnd.crm+json', 'x-kept': 'yes' };
    expect(verdictOf(await send(1, { method, body: '{"a":1}', headers }))).toBe('status 200');
    const [first, second] = crm.seen;
    expect(first).toMatchObject({ method, body: '{"a":1}' });
    expect(second).toMatchObject({ method: next, body, headers: { 'x-kept': 'yes' } });
    const type = body === '' ? undefined : 'application/vnd.crm+json';
    expect(second?.headers['content-type']).toBe(type);
  });

  it('end after as many as were allowed, within one deadline', async () => {
    answer = ({ path }) => ({ status: 302, body: '', headers: { location: `${path}x` } });
    expect(verdictOf(await send(3))).toBe('bad_payload: HOST redirects more than 3 times');
    expect(crm.seen).toHaveLength(4);
    crm.setFault({ kind: 'silent' });
    const late = 'timeout: HOST gave no complete answer within 200 ms';
    expect(verdictOf(await send(3, { timeoutMs: 200 }))).toBe(late);
  });
});
