import { describe, expect, it } from 'vitest';
import { sampleDelivery } from '../support/fake-quarantine.ts';
import { formTokenOf, post, send, startResponder } from '../support/start-web.ts';

const OPERATORS = [{ name: 'ann', token: 'ann-token' }];
const ANN = { Authorization: 'Bearer ann-token' };
const API = '/api/v1/quarantine';

async function start() {
  const started = await startResponder({ operators: OPERATORS });
  started.service.quarantine.entries = [9, 8, 7].map((id) => sampleDelivery({ id }));
  const { url } = started;
  const get = async (path: string) => send(`${url}${path}`, { headers: ANN });
  const act = async (path: string, body: unknown = {}) =>
    send(`${url}${path}`, {
      method: 'POST',
      headers: { ...ANN, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { ...started, get, act };
}

describe('quarantine by the API', () => {
  it('is listed in pages and shown', async () => {
    const { get, service } = await start();
    const first = JSON.parse((await get(`${API}?limit=2`)).body) as Record<string, unknown>;
    expect(first).toMatchObject({ entries: [{ id: 9 }, { id: 8 }], nextBefore: 8 });
    const second = JSON.parse((await get(`${API}?limit=2&before=8`)).body) as object;
    expect(second).toMatchObject({ entries: [{ id: 7 }], nextBefore: null });
    expect(JSON.parse((await get(`${API}/8`)).body)).toEqual(sampleDelivery({ id: 8 }));
    service.quarantine.entries = [sampleDelivery({ status: 'discarded' })];
    expect(JSON.parse((await get(API)).body)).toMatchObject({ entries: [] });
    expect(JSON.parse((await get(`${API}?status=all`)).body)).toMatchObject({ entries: [{}] });
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
    const { act, service } = await start();
    expect(JSON.parse((await act(`${API}/7/replay`)).body)).toEqual({ status: 'done', events: 1 });
    expect((await act(`${API}/8/discard`, { text: ' a trial ' })).status).toBe(200);
    expect(JSON.parse((await act(`${API}/replay?after=3`)).body)).toMatchObject({ next: null });
    expect(service.quarantine.actions).toEqual([
      ['replay', 7, 'ann'],
      ['discard', 8, 'ann', 'a trial'],
      ['replay all', 3, 'ann'],
    ]);
    service.quarantine.outcome = { status: 'refused', why: 'still broken', remedy: 'mend it' };
    const refused = await act(`${API}/7/replay`);
    expect(refused.status).toBe(409);
    expect(JSON.parse(refused.body)).toMatchObject({
      type: 'urn:crmwatch:problem:not-possible',
      detail: 'still broken',
      problems: [{ remedy: 'mend it' }],
    });
    service.quarantine.outcome = { status: 'unknown' };
    expect((await act(`${API}/1/replay`)).status).toBe(404);
  });

  it.each([
    ['GET', `${API}?status=odd`, 400],
    ['GET', `${API}?limit=0`, 400],
    ['GET', `${API}?limit=501`, 400],
    ['GET', `${API}?before=x`, 400],
    ['GET', `${API}/99`, 404],
    ['GET', `${API}/-1`, 404],
    ['GET', `${API}/9007199254740993`, 404],
    ['GET', `${API}/x/body`, 404],
    ['POST', `${API}/7/discard`, 400],
    ['POST', `${API}/7`, 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    const { get, act, service } = await start();
    const answer = method === 'GET' ? await get(path) : await act(path);
    expect(answer.status).toBe(status);
    expect(service.quarantine.actions).toEqual([]);
  });

  it('is for those who are signed in, and not for pages of other sites', async () => {
    const { url } = await start();
    for (const path of [API, `${API}/7`, `${API}/7/body`]) {
      expect((await send(`${url}${path}`)).status).toBe(401);
    }
    const headers = { ...ANN, Origin: 'https://evil.example' };
    expect((await send(`${url}${API}/7/replay`, { method: 'POST', headers })).status).toBe(403);
  });
});

describe('quarantine in the console', () => {
  it('is announced on the first page while something is in it', async () => {
    const { get, service } = await start();
    expect((await get('/')).body).toContain('3 deliveries of alerts could not be read');
    service.quarantine.entries = [];
    expect((await get('/')).body).not.toContain('could not be read');
    expect((await get('/quarantine')).body).toContain('every delivery could be read');
  });

  it('shows what came as text that does nothing', async () => {
    const { get } = await start();
    expect((await get('/quarantine')).body).toContain('expected text &quot;4&quot;');
    const { body } = await get('/quarantine/7');
    expect(body).toContain('&lt;script&gt;x()&lt;/script&gt;');
    expect(body).not.toContain('<script>x');
    expect(body).toContain('12 times');
    expect((await get('/quarantine/99')).status).toBe(404);
  });

  it('takes decisions by forms of its own pages alone', async () => {
    const { url, service } = await startResponder();
    service.quarantine.entries = [sampleDelivery()];
    const page = await send(`${url}/quarantine/7`);
    const fields = { form_token: formTokenOf(page.body), text: 'a trial' };
    const discarded = await post(`${url}/quarantine/7/discard`, fields);
    expect([discarded.status, discarded.headers.location]).toEqual([303, '/quarantine/7']);
    expect((await post(`${url}/quarantine/7/replay`, fields)).status).toBe(303);
    expect((await post(`${url}/quarantine/replay`, fields)).headers.location).toBe('/quarantine');
    expect(service.quarantine.actions).toEqual([
      ['discard', 7, 'operator', 'a trial'],
      ['replay', 7, 'operator'],
      ['replay all', 0, 'operator'],
      ['replay all', 200, 'operator'],
    ]);
    expect((await post(`${url}/quarantine/7/replay`, { form_token: 'x' })).status).toBe(403);
    expect((await post(`${url}/quarantine/7/discard`, { ...fields, text: ' ' })).status).toBe(400);
    expect(service.quarantine.actions).toHaveLength(4);
  });

  it('does not show what came compressed, but gives it', async () => {
    const { get, service } = await start();
    service.quarantine.entries = [sampleDelivery({ encoding: 'gzip', text: null })];
    expect((await get('/quarantine/7')).body).toContain('came compressed by gzip');
    const decided = { status: 'discarded', decidedBy: 'bob', note: 'a <b>trial</b>' } as const;
    service.quarantine.entries = [sampleDelivery({ ...decided, decidedAtMs: 1 })];
    const { body } = await get('/quarantine/7');
    expect(body).toContain('a &lt;b&gt;trial&lt;/b&gt;');
    expect(body).not.toContain('/quarantine/7/replay');
  });
});
