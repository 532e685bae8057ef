import { describe, expect, it } from 'vitest';
import { sampleWindow } from '../support/fake-maintenance.ts';
import { formTokenOf, post, send, startResponder } from '../support/start-web.ts';

const OPERATORS = [
  { name: 'ann', token: 'ann-token', role: 'responder' as const },
  { name: 'eve', token: 'eve-token', role: 'viewer' as const },
];

async function start(token = 'ann-token') {
  const started = await startResponder({ operators: OPERATORS });
  const { service, url } = started;
  service.maintenance.windows = [sampleWindow()];
  const browser = { Accept: 'text/html', 'Sec-Fetch-Site': 'same-origin' };
  const login = await post(`${url}/login`, { name: '', token }, browser);
  const headers = {
    ...browser,
    Cookie: String(login.headers['set-cookie']?.[0]).split(';')[0] ?? '',
  };
  const get = async (path: string) => send(`${url}${path}`, { headers });
  const formToken = formTokenOf((await get('/')).body);
  const act = async (path: string, fields: Record<string, string>) =>
    post(`${url}${path}`, { form_token: formToken, ...fields }, headers);
  return { ...started, get, act };
}

const WANTED = { name: 'release', reason: 'release 7', targets: 'shop, sales', duration: '2h' };

describe('the page of maintenance', () => {
  it('lists windows and shows one, with text that does nothing', async () => {
    const { get } = await start();
    const list = (await get('/maintenance')).body;
    expect(list).toContain('release 7 &lt;b&gt;');
    expect(list).toContain('Make a window');
    expect(list).toContain('team=crm');
    const one = (await get('/maintenance/mw_1')).body;
    expect(one).toContain('maintenance began');
    expect(one).toContain('End it now');
    expect((await get('/maintenance/mw_9')).status).toBe(404);
    expect((await get('/maintenance?state=nope')).status).toBe(400);
    expect((await get('/')).body).toContain('1 window of maintenance');
  });

  it('has no forms for those who may only look', async () => {
    const { get, act } = await start('eve-token');
    expect((await get('/maintenance')).body).not.toContain('Make a window');
    expect((await get('/maintenance/mw_1')).body).not.toContain('End it now');
    expect((await act('/maintenance', WANTED)).status).toBe(403);
  });

  it('makes, moves and ends windows', async () => {
    const { act, service, clock } = await start();
    const made = await act('/maintenance', { ...WANTED, labels: 'team=crm' });
    expect([made.status, made.headers['location']]).toEqual([303, '/maintenance/mw_1']);
    const nowMs = clock.now();
    expect(service.maintenance.actions[0]?.slice(0, 3)).toEqual([
      'create',
      {
        name: 'release',
        reason: 'release 7',
        targets: ['shop', 'sales'],
        labels: { team: 'crm' },
        startsAtMs: nowMs,
        endsAtMs: nowMs + 7_200_000,
      },
      'ann',
    ]);
    await act('/maintenance', { ...WANTED, starts_at: '2030-01-01T22:00' });
    expect(service.maintenance.actions[1]?.[1]).toMatchObject({
      startsAtMs: Date.UTC(2030, 0, 1, 22),
      endsAtMs: Date.UTC(2030, 0, 2),
    });
    await act('/maintenance/mw_1/extend', { duration: '30m', text: 'longer' });
    const change = { endsAtMs: nowMs + 1_800_000, why: 'longer' };
    expect(service.maintenance.actions[2]?.slice(0, 4)).toEqual(['move', 'mw_1', change, 'ann']);
    await act('/maintenance/mw_1/end', { text: '' });
    expect(service.maintenance.actions[3]?.slice(0, 4)).toEqual(['end', 'mw_1', '', 'ann']);
  });

  it.each([
    { name: '' },
    { reason: '' },
    { targets: '' },
    { labels: 'nonsense' },
    { duration: 'long' },
    { starts_at: 'tomorrow' },
    { starts_at: '2030-13-01T22:00' },
  ])('refuses %j with the place and a remedy', async (changes: Record<string, string>) => {
    const { act, service } = await start();
    const answer = await act('/maintenance', { ...WANTED, ...changes });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(Object.keys(changes)[0]);
    expect(service.maintenance.actions).toEqual([]);
  });

  it('tells what cannot be done', async () => {
    const { act, service } = await start();
    service.maintenance.outcome = { status: 'refused', why: 'the window is over', remedy: 'x' };
    const answer = await act('/maintenance/mw_1/end', {});
    expect([answer.status, answer.body.includes('the window is over')]).toEqual([409, true]);
  });
});
