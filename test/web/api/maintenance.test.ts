import { describe, expect, it } from 'vitest';
import { sampleWindow } from '../../support/fake-maintenance.ts';
import { send, startResponder } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

const OPERATORS = [{ name: 'ann', token: 'ann-token' }];
const ANN = { Authorization: 'Bearer ann-token' };
const API = '/api/v1/maintenance';
const ENDS = Date.UTC(2026, 0, 5, 12);
const WANTED = { name: 'release', reason: 'release 7', targets: ['shop'], endsAtMs: ENDS };

async function start() {
  const started = await startResponder({ operators: OPERATORS });
  const { service, url } = started;
  service.maintenance.windows = [3, 2, 1].map((id) => sampleWindow({ id: `mw_${id}` }));
  const get = async (path: string) => send(`${url}${path}`, { headers: ANN });
  const act = async (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
    send(`${url}${path}`, {
      method: 'POST',
      headers: { ...ANN, 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  return { ...started, get, act };
}

function kindOf({ status, body }: RawAnswer): string {
  const { type } = JSON.parse(body) as { type: string };
  return `${status} ${type.replace('urn:crmwatch:problem:', '')}`;
}

type Listed = { readonly windows: readonly { id: string }[]; readonly next: string | null };

describe('windows of maintenance', () => {
  it('are listed in pages and shown with their journal', async () => {
    const { get, service } = await start();
    const first = JSON.parse((await get(`${API}?limit=2`)).body) as Listed;
    expect(first.windows.map(({ id }) => id)).toEqual(['mw_3', 'mw_2']);
    const second = JSON.parse((await get(first.next ?? '')).body) as Listed;
    expect([second.windows.map(({ id }) => id), second.next]).toEqual([['mw_1'], null]);
    const one = await get(`${API}/mw_2`);
    expect(JSON.parse(one.body)).toEqual(sampleWindow({ id: 'mw_2' }));
    expect(one.headers['etag']).toBe('"2"');
    expect(kindOf(await get(`${API}/mw_9`))).toBe('404 not-found');
    expect(kindOf(await get(`${API}?state=ended&cursor=x`))).toBe('400 invalid-cursor');
    service.maintenance.windows = [sampleWindow({ state: 'ended' })];
    expect(JSON.parse((await get(API)).body)).toMatchObject({ windows: [] });
    expect(JSON.parse((await get(`${API}?state=ended`)).body)).toMatchObject({
      windows: [{ id: 'mw_1' }],
    });
  });

  it('are made, moved and ended by whoever asks', async () => {
    const { act, service } = await start();
    const made = await act(API, { ...WANTED, labels: { team: 'crm' } }, { 'Idempotency-Key': 'k' });
    expect([made.status, made.headers['etag']]).toEqual([201, '"2"']);
    const [, request, actor, options] = service.maintenance.actions[0] ?? [];
    expect(request).toEqual({ ...WANTED, labels: { team: 'crm' } });
    expect([actor, options]).toMatchObject(['ann', { once: { actor: 'ann', key: 'k' } }]);
    const body = { endsAtMs: ENDS + 1, text: ' longer ' };
    expect((await act(`${API}/mw_3/extend`, body, { 'If-Match': '"2"' })).status).toBe(200);
    expect(service.maintenance.actions[1]).toMatchObject([
      'move',
      'mw_3',
      { endsAtMs: ENDS + 1, why: 'longer' },
      'ann',
      { expectedSequences: [2] },
    ]);
    expect((await act(`${API}/mw_3/end`)).status).toBe(200);
    expect(service.maintenance.actions[2]?.slice(0, 4)).toEqual(['end', 'mw_3', '', 'ann']);
  });

  it.each([
    [{}, '400 invalid-body'],
    [{ ...WANTED, targets: [] }, '422 unprocessable'],
    [{ ...WANTED, labels: { 'no label': 'x' } }, '400 invalid-body'],
    [{ ...WANTED, reason: '' }, '400 invalid-body'],
    [{ ...WANTED, endsAtMs: 'soon' }, '400 invalid-body'],
    [{ ...WANTED, forever: true }, '400 invalid-body'],
    [
      {
        ...WANTED,
        labels: Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`l${index}`, 'x'])),
      },
      '400 invalid-body',
    ],
  ])('refuse %j', async (body, kind) => {
    const { act, service } = await start();
    expect(kindOf(await act(API, body))).toBe(kind);
    expect(service.maintenance.actions).toEqual([]);
  });

  it('tell why something cannot be done', async () => {
    const { act, service } = await start();
    const outcomes = [
      [{ status: 'unknown' }, '404 not-found'],
      [{ status: 'stale', sequence: 5 }, '412 stale'],
      [{ status: 'key_reused' }, '422 key-reused'],
      [
        { status: 'refused', why: 'the window is over', remedy: 'make another' },
        '409 not-possible',
      ],
    ] as const;
    for (const [outcome, kind] of outcomes) {
      service.maintenance.outcome = outcome;
      expect(kindOf(await act(`${API}/mw_3/end`))).toBe(kind);
    }
  });
});
