import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startSandbox } from './support.ts';
import type { TestSandbox } from './support.ts';

let crm: TestSandbox;
beforeAll(async () => {
  crm = await startSandbox();
});
afterAll(() => crm[Symbol.asyncDispose]());

const post = (body: unknown, method = 'POST'): RequestInit => ({
  method,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

describe('the API of the sandbox', () => {
  it('tells its health without a token, and nothing else', async () => {
    const health = await fetch(`${crm.addresses.url}/health`);
    expect([health.status, await health.json()]).toEqual([
      200,
      { status: 'ok', version: expect.any(String) },
    ]);
    for (const headers of [{ Authorization: '' }, { Authorization: 'Bearer wrong' }]) {
      const answer = await crm.ask('/api/contacts', { headers });
      expect(answer.status).toBe(401);
      expect(answer.json()).toMatchObject({ error: { code: 'unauthorized' } });
    }
  });

  it('pages through lists by rising id, each row once', async () => {
    const { meta } = (await crm.ask('/api/contacts?per_page=7&page=3')).json();
    expect(meta).toEqual({ total: 400, page: 3, per_page: 7 });
    const contacts = await crm.rows('contacts');
    expect(contacts.map((row) => row['id'])).toEqual(contacts.map((_, index) => index + 1));
    expect((await crm.ask('/api/contacts?per_page=1000&page=9')).json().data).toEqual([]);
  });

  it('shows the fields of each list', async () => {
    const fields = async (list: string): Promise<string> =>
      Object.keys((await crm.ask(`/api/${list}?per_page=1`)).json().data[0] ?? {}).join(' ');
    expect(await fields('contacts')).toBe(
      'id account_id first_name last_name email phone country created_at updated_at',
    );
    expect(await fields('deals')).toBe(
      'id account_id owner_id name amount currency pipeline_stage close_date created_at updated_at',
    );
    expect(await fields('users')).toBe(
      'id user_name role active locked second_factor last_login_at',
    );
    expect(await fields('jobs')).toBe('id name state enqueued_at started_at finished_at');
    expect(await fields('logins')).toBe('id user_id succeeded at');
    expect(await fields('audit_events')).toBe('id kind at');
    expect(await fields('deliveries')).toBe('id kind state at');
    expect(await fields('tokens')).toBe('id created_at expires_at revoked');
    expect((await crm.ask('/api/settings')).json()).toEqual({ data: { audit_trail: true } });
    expect((await crm.rows('users'))[0]).toMatchObject({ role: 'admin', second_factor: true });
  });

  it('filters by time and state', async () => {
    const all = await crm.rows('contacts');
    const since = '2025-12-01T00:00:00.000Z';
    const recent = await crm.rows('contacts', '&updated_since=2025-12-01T01:00:00%2B01:00');
    expect(recent.length).toBeGreaterThan(0);
    expect(recent).toEqual(all.filter((row) => String(row['updated_at']) >= since));
    const failed = await crm.rows('logins', '&succeeded=false&since=2020-01-01T00:00:00Z');
    expect(failed.every((row) => row['succeeded'] === false)).toBe(true);
    const deliveries = await crm.rows('deliveries');
    const lost = await crm.rows('deliveries', '&state=failed');
    expect(lost.length).toBeGreaterThan(0);
    expect(lost).toEqual(deliveries.filter((row) => row['state'] === 'failed'));
    const [first] = await crm.rows('audit_events');
    const later = await crm.rows('audit_events', `&since=${String(first?.['at'])}`);
    expect(later).toEqual(await crm.rows('audit_events'));
  });

  it('filters what was exchanged by state and time, and the audit trail by time', async () => {
    const since = '2020-01-01T00:00:00Z';
    const failed = await crm.rows('deliveries', `&state=failed&since=${since}`);
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.every((row) => row['state'] === 'failed')).toBe(true);
    expect((await crm.rows('audit_events', `&since=${since}`)).length).toBeGreaterThan(0);
    expect(await crm.rows('audit_events', '&since=2100-01-01T00:00:00Z')).toEqual([]);
    expect((await crm.ask('/api/deliveries?state=lost')).status).toBe(400);
  });

  it('counts calls against a daily quota, and says so on every reply', async () => {
    const limits = async (): Promise<{ used: number; remaining: number; limit: number }> =>
      (await crm.ask('/api/limits')).json()['api_calls'] as never;
    const before = await limits();
    const missing = await crm.ask('/api/nothing');
    const { headers } = await crm.ask('/api/me');
    const after = await limits();
    expect(after.used).toBe(before.used + 1);
    expect(headers.get('X-RateLimit-Limit')).toBe(String(after.limit));
    expect(headers.get('X-RateLimit-Remaining')).toBe(String(after.remaining));
    expect(missing.headers.get('X-RateLimit-Remaining')).toBe(String(before.remaining));
    crm.clock.jump(86_400_000);
    expect((await limits()).used).toBe(0);
    crm.clock.jump(-86_400_000);
  });

  it('logs users in over HTTP and notes every attempt', async () => {
    const { user, password } = crm.addresses;
    const good = await crm.ask('/api/session', post({ user, password }));
    const token = String(good.json()['token']);
    const me = await crm.ask('/api/me', { headers: { Authorization: `Bearer ${token}` } });
    expect(me.json()).toMatchObject({ data: { user_name: user, role: 'agent' } });
    const bad = await crm.ask('/api/session', post({ user, password: 'guess' }));
    const nobody = await crm.ask('/api/session', post({ user: 'nobody', password }));
    expect([good.status, bad.status, nobody.status]).toEqual([200, 401, 401]);
    const last = (await crm.rows('logins')).slice(-3);
    expect(last.map((row) => row['succeeded'])).toEqual([true, false, false]);
    expect(last[2]?.['user_id']).toBeNull();
  });

  it('creates, changes and deletes contacts', async () => {
    const contact = { last_name: 'Reedmark', account_id: 8_888_888, email: null };
    const created = await crm.ask('/api/contacts', post(contact));
    expect(created.status).toBe(201);
    const { id } = created.json().data as unknown as { id: number };
    const path = `/api/contacts/${id}`;
    const change = { email: 'rotten@', updated_at: '2020-01-01T00:00:00Z' };
    expect((await crm.ask(path, post(change, 'PATCH'))).json().data).toMatchObject({
      ...contact,
      email: 'rotten@',
      updated_at: '2020-01-01T00:00:00.000Z',
    });
    expect((await crm.ask(path, { method: 'DELETE' })).status).toBe(200);
    expect((await crm.ask(path)).status).toBe(404);
    expect((await crm.ask(path, post(change, 'PATCH'))).status).toBe(404);
  });

  it.each([
    ['/api/contacts?page=0', {}, 400, 'page must be'],
    ['/api/contacts?per_page=1001', {}, 400, 'per_page must be'],
    ['/api/contacts?updated_since=yesterday', {}, 400, 'updated_since must be'],
    ['/api/jobs?state=lost', {}, 400, 'state must be one or more of'],
    ['/api/contacts', post('{"last_name":'), 400, 'no valid JSON'],
    ['/api/contacts', post([]), 400, 'must be a JSON object'],
    ['/api/contacts', post({ last_name: 'X', shoe_size: 44 }), 400, 'shoe_size is no field'],
    ['/api/contacts', post({ 'id) VALUES (1); --': 1 }), 400, 'is no field'],
    ['/api/contacts', post({ first_name: 'Ada' }), 400, 'last_name is missing'],
    ['/api/contacts', post({ last_name: 'x'.repeat(70_000) }), 413, 'larger than'],
    ['/api/session', post({ user: 5 }), 400, 'the body must be'],
    ['/api/contacts/77777', {}, 404, 'no contact 77777'],
    ['/secret', {}, 404, 'there is no /secret'],
    ['/api/users', { method: 'DELETE' }, 405, 'only GET is possible'],
    ['/health', { method: 'POST' }, 405, 'only GET is possible'],
  ])('answers %s %o with %i', async (path, init, status, message) => {
    const answer = await crm.ask(path, init);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });
});
