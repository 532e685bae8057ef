import { describe, expect, it } from 'vitest';
import { sampleDelivery } from '../support/fake-quarantine.ts';
import { formTokenOf, post, send, startResponder } from '../support/start-web.ts';

const OPERATORS = [{ name: 'ann', token: 'ann-token' }];
const ANN = { Authorization: 'Bearer ann-token' };

async function start() {
  const started = await startResponder({ operators: OPERATORS });
  started.service.quarantine.entries = [9, 8, 7].map((id) => sampleDelivery({ id }));
  const { url } = started;
  const get = async (path: string) => send(`${url}${path}`, { headers: ANN });
  return { ...started, get };
}

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

  it.each([
    ['/quarantine?status=odd', 400],
    ['/quarantine?before=x', 400],
    ['/quarantine/-1', 404],
    ['/quarantine/9007199254740993', 404],
    ['/quarantine/x/body', 404],
  ])('answers %s with %i', async (path, status) => {
    const { get } = await start();
    expect((await get(path)).status).toBe(status);
  });

  it('gives the raw body as a file that no browser runs', async () => {
    const { get } = await start();
    const { status, headers, body } = await get('/quarantine/7/body');
    expect([status, body]).toEqual([200, sampleDelivery().text]);
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="delivery-7.txt"',
      'x-content-type-options': 'nosniff',
    });
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
