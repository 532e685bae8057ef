import { describe, expect, it } from 'vitest';
import { sampleDelivery } from '../../support/fake-quarantine.ts';
import { send, startResponder } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

const OPERATORS = [{ name: 'ann', token: 'ann-token' }];
const ANN = { Authorization: 'Bearer ann-token' };
const API = '/api/v1/quarantine';

async function start() {
  const started = await startResponder({ operators: OPERATORS });
  started.service.quarantine.entries = [9, 8, 7].map((id) => sampleDelivery({ id }));
  const { url } = started;
  const get = async (path: string) => send(`${url}${path}`, { headers: ANN });
  const act = async (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    send(`${url}${path}`, {
      method: 'POST',
      headers: { ...ANN, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return { ...started, get, act };
}

type Listed = { readonly entries: readonly { id: number }[]; readonly next: string | null };

function listed(answer: RawAnswer): Listed {
  expect(answer.status, answer.body).toBe(200);
  return JSON.parse(answer.body) as Listed;
}

function kindOf({ status, headers, body }: RawAnswer): string {
  expect(headers['content-type']).toBe('application/problem+json');
  const { type } = JSON.parse(body) as { type: string };
  return `${status} ${type.replace('urn:crmwatch:problem:', '')}`;
}

describe('the quarantine', () => {
  it('is listed in pages and shown', async () => {
    const { get, service } = await start();
    const answer = await get(`${API}?limit=2`);
    const first = listed(answer);
    expect(first.entries.map(({ id }) => id)).toEqual([9, 8]);
    expect(answer.headers['link']).toBe(`<${first.next}>; rel="next"`);
    const second = listed(await get(first.next ?? ''));
    expect([second.entries.map(({ id }) => id), second.next]).toEqual([[7], null]);
    expect(JSON.parse((await get(`${API}/8`)).body)).toEqual(sampleDelivery({ id: 8 }));
    service.quarantine.entries = [sampleDelivery({ status: 'discarded' })];
    expect(listed(await get(API)).entries).toEqual([]);
    expect(listed(await get(`${API}?status=all`)).entries).toHaveLength(1);
  });

  it('takes a cursor for its own list alone', async () => {
    const { get } = await start();
    const { next } = listed(await get(`${API}?limit=1`));
    const cursor = new URL(`http://x${next}`).searchParams.get('cursor') ?? '';
    for (const query of [`status=all&cursor=${cursor}`, `cursor=${cursor}0`, 'cursor=8']) {
      expect(kindOf(await get(`${API}?${query}`)), query).toBe('400 invalid-cursor');
    }
  });

  it('gives the raw body as a file that no browser runs', async () => {
    const { get } = await start();
    const { status, headers, body } = await get(`${API}/7/body`);
    expect([status, body]).toEqual([200, sampleDelivery().text]);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="delivery-7.txt"',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is replayed and discarded by those who may', async () => {
    const { url, act, service } = await start();
    expect(JSON.parse((await act(`${API}/7/replay`)).body)).toEqual({ status: 'done', events: 1 });
    const discarded = await act(`${API}/8/discard`, { text: ' a trial ' });
    expect(JSON.parse(discarded.body)).toEqual({ status: 'done' });
    const first = JSON.parse((await act(`${API}/replay`)).body) as { next: string };
    expect(first).toMatchObject({ replayed: 1, undecodable: 0 });
    // As curl sends it: without a body, and without a type of it.
    const second = await send(`${url}${first.next}`, { method: 'POST', headers: ANN });
    expect(JSON.parse(second.body)).toMatchObject({ next: null });
    expect(service.quarantine.actions).toEqual([
      ['replay', 7, 'ann'],
      ['discard', 8, 'ann', 'a trial'],
      ['replay all', 0, 'ann'],
      ['replay all', 200, 'ann'],
    ]);
  });

  it('says what became of a decision', async () => {
    const { act, service } = await start();
    service.quarantine.outcome = { status: 'refused', why: 'still broken', remedy: 'mend it' };
    const refused = await act(`${API}/7/replay`);
    expect(kindOf(refused)).toBe('409 not-possible');
    expect(JSON.parse(refused.body)).toMatchObject({
      detail: 'still broken',
      problems: [{ remedy: 'mend it' }],
    });
    service.quarantine.outcome = { status: 'unknown' };
    expect(kindOf(await act(`${API}/1/replay`))).toBe('404 not-found');
    service.quarantine.outcome = { status: 'key_reused' };
    expect(kindOf(await act(`${API}/1/discard`, { text: 'x' }))).toBe('422 key-reused');
    service.quarantine.outcome = { status: 'done', events: 2, isReplayed: true };
    const again = await act(`${API}/7/replay`, {}, { 'Idempotency-Key': 'k' });
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([200, 'true']);
  });

  it('has nothing that If-Match could be compared with, and says so', async () => {
    const { act, service } = await start();
    for (const [path, body] of [
      [`${API}/7/replay`, {}],
      [`${API}/7/discard`, { text: 'x' }],
      ['/api/v1/tokens', { name: 'bot', role: 'viewer' }],
    ] as const) {
      const answer = await act(path, body, { 'If-Match': '"1"' });
      expect(kindOf(answer), path).toBe('400 invalid-request');
      expect(answer.body).toContain('leave it out');
    }
    expect(service.quarantine.actions).toEqual([]);
  });

  it.each([
    ['GET', `${API}?status=odd`, '400 invalid-request'],
    ['GET', `${API}?limit=0`, '400 invalid-request'],
    ['GET', `${API}?before=8`, '400 invalid-request'],
    ['GET', `${API}/99`, '404 not-found'],
    ['GET', `${API}/99/body`, '404 not-found'],
    ['GET', `${API}/-1`, '400 invalid-request'],
    ['GET', `${API}/9007199254740993`, '400 invalid-request'],
    ['GET', `${API}/x/body`, '400 invalid-request'],
    ['POST', `${API}/7/discard`, '400 invalid-body'],
    ['POST', `${API}/replay?after=3`, '400 invalid-request'],
    ['POST', `${API}/7`, '405 method-not-allowed'],
  ])('answers %s %s with %s', async (method, path, kind) => {
    const { get, act, service } = await start();
    expect(kindOf(method === 'GET' ? await get(path) : await act(path))).toBe(kind);
    expect(service.quarantine.actions).toEqual([]);
  });

  it('is for those who are signed in, and not for pages of other sites', async () => {
    const { url } = await start();
    for (const path of [API, `${API}/7`, `${API}/7/body`]) {
      expect(kindOf(await send(`${url}${path}`))).toBe('401 unauthenticated');
    }
    const headers = { ...ANN, Origin: 'https://evil.example' };
    const foreign = await send(`${url}${API}/7/replay`, { method: 'POST', headers });
    expect(kindOf(foreign)).toBe('403 cross-site');
  });
});
