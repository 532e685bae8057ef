import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import type { TemporaryFolder } from '../../support/responder.ts';
import { startRealResponder } from '../../support/start-real-responder.ts';
import type { RealResponder } from '../../support/start-real-responder.ts';
import { formTokenOf, post, send } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

const HTML = { Accept: 'text/html' };
let folder: TemporaryFolder;
let responder: RealResponder;
let db: string;
let shop: string;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
  db = await open('db');
  shop = await open('shop');
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function open(target: string): Promise<string> {
  const { pipeline, clock } = responder;
  const labels = { alertname: 'CrmApiSlow', target, severity: 'warning' };
  const body = createWebhookBody([createAlert({ name: 'CrmApiSlow', labels })]);
  await pipeline.accept(body, 'am', clock.now());
  await pipeline.settle();
  await clock.advance(1000);
  return (await pipeline.listIncidents({ limit: 1 }))[0]?.id ?? '';
}

async function ask(
  id: string,
  action: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<RawAnswer> {
  return send(`${responder.url}/api/v1/incidents/${id}/${action}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

type Shown = {
  readonly phase: string;
  readonly mergedInto: { incidentId: string; by: string; why: string } | null;
  readonly merged: readonly { incidentId: string }[];
  readonly splitFrom: { incidentId: string } | null;
  readonly alerts: readonly { id: string; joinedBecause: string; labels: Record<string, string> }[];
};

async function show(id: string): Promise<Shown> {
  const answer = await send(`${responder.url}/api/v1/incidents/${id}`);
  return JSON.parse(answer.body) as Shown;
}

function problemOf({ status, body }: RawAnswer): readonly unknown[] {
  const { type, detail } = JSON.parse(body) as { type: string; detail: string };
  return [status, type.replace('urn:crmwatch:problem:', ''), detail];
}

describe('the API', () => {
  it('merges, says so on both, and undoes it', async () => {
    const merged = await ask(shop, 'merge', { into: db, text: 'same disk' });
    expect([merged.status, JSON.parse(merged.body)]).toEqual([
      200,
      { status: 'done', sequence: 2, incidentId: db },
    ]);
    expect((await show(shop)).mergedInto).toMatchObject({ incidentId: db, why: 'same disk' });
    const into = await show(db);
    expect(into.merged.map(({ incidentId }) => incidentId)).toEqual([shop]);
    expect(into.alerts.map(({ joinedBecause }) => joinedBecause)).toEqual([
      'it is about db',
      `operator merged ${shop} into this incident: same disk`,
    ]);
    const undone = await ask(shop, 'merge/undo', {});
    expect([undone.status, JSON.parse(undone.body)]).toEqual([
      200,
      { status: 'done', sequence: 3 },
    ]);
    expect([(await show(shop)).phase, (await show(db)).alerts.length]).toEqual(['reported', 1]);
  });

  it('splits, answers the new incident, also again for the same key, and undoes it', async () => {
    await ask(shop, 'merge', { into: db });
    const { alerts } = await show(db);
    const ids = alerts.filter(({ labels }) => labels['target'] === 'shop').map(({ id }) => id);
    const headers = { 'Idempotency-Key': 'k' };
    const first = await ask(db, 'split', { alerts: ids, text: 'another fault' }, headers);
    const again = await ask(db, 'split', { alerts: ids, text: 'another fault' }, headers);
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    const { incidentId } = JSON.parse(first.body) as { incidentId: string };
    expect((await show(incidentId)).splitFrom?.incidentId).toBe(db);
    expect((await responder.pipeline.listIncidents()).length).toBe(3);
    const undone = await ask(incidentId, 'split/undo', {});
    expect(JSON.parse(undone.body)).toMatchObject({ incidentId: db });
    expect((await show(db)).alerts.length).toBe(2);
  });

  it('refuses with a problem that says why', async () => {
    expect(problemOf(await ask(shop, 'merge', { into: shop }))).toEqual([
      409,
      'not-possible',
      'an incident cannot be merged into itself',
    ]);
    expect(problemOf(await ask('inc_none', 'merge', { into: db })).slice(0, 2)).toEqual([
      404,
      'not-found',
    ]);
    expect(problemOf(await ask(shop, 'merge', { into: 'inc_none' })).slice(1)).toEqual([
      'not-possible',
      'there is no incident inc_none',
    ]);
    expect(problemOf(await ask(shop, 'merge', {})).slice(0, 2)).toEqual([400, 'invalid-body']);
    expect(problemOf(await ask(shop, 'split', { alerts: [] })).slice(0, 2)).toEqual([
      400,
      'invalid-body',
    ]);
    const { alerts } = await show(shop);
    const all = await ask(shop, 'split', { alerts: alerts.map(({ id }) => id) });
    expect(problemOf(all)).toEqual([
      409,
      'not-possible',
      'all of its alerts were chosen, so nothing would be left; leave one at least',
    ]);
    expect(problemOf(await ask(shop, 'merge/undo', {})).slice(0, 2)).toEqual([409, 'not-possible']);
    expect(problemOf(await ask(shop, 'split/undo', {})).slice(0, 2)).toEqual([409, 'not-possible']);
  });

  it('merges upon what was seen', async () => {
    const stale = await ask(shop, 'merge', { into: db }, { 'If-Match': '"9"' });
    expect(problemOf(stale).slice(0, 2)).toEqual([412, 'stale']);
    expect((await ask(shop, 'merge', { into: db }, { 'If-Match': '"1"' })).status).toBe(200);
  });
});

describe('the pages', () => {
  async function page(id: string): Promise<string> {
    return (await send(`${responder.url}/incidents/${id}`, { headers: HTML })).body;
  }

  it('merge by a form, show where it went on and from where, and undo it', async () => {
    const form_token = formTokenOf(await page(shop));
    expect(await page(shop)).toContain(`<option value="${db}">`);
    const path = `${responder.url}/incidents/${shop}/merge`;
    const done = await post(path, { form_token, into: db, text: '<b>same</b>' });
    expect([done.status, done.headers['location']]).toEqual([303, `/incidents/${db}`]);
    expect(await page(db)).toContain(`action="/incidents/${shop}/merge/undo"`);
    const merged = await page(shop);
    expect(merged).toContain('&lt;b&gt;same&lt;/b&gt;');
    expect(merged).not.toContain('<b>same</b>');
    expect(merged).toContain(`href="/incidents/${db}"`);
    const list = (await send(`${responder.url}/?state=closed`, { headers: HTML })).body;
    expect(list).toContain('>Merged</span');
    const undone = await post(`${path}/undo`, { form_token });
    expect(undone.headers['location']).toBe(`/incidents/${shop}`);
    expect((await show(shop)).phase).toBe('reported');
  });

  it('split off what was ticked, and refuse a form without a tick or a choice', async () => {
    const form_token = formTokenOf(await page(shop));
    await post(`${responder.url}/incidents/${shop}/merge`, { form_token, into: db });
    const { alerts } = await show(db);
    const path = `${responder.url}/incidents/${db}`;
    const none = await post(`${path}/split`, { form_token }, HTML);
    expect([none.status, none.body.includes('tick the alerts')]).toEqual([400, true]);
    const nowhere = await post(`${path}/merge`, { form_token }, HTML);
    expect([nowhere.status, nowhere.body.includes('into: is empty')]).toEqual([400, true]);
    const long = await post(`${path}/split/undo`, { form_token, text: 'x'.repeat(501) }, HTML);
    expect([long.status, long.body.includes('shorten it to 500')]).toEqual([400, true]);
    const done = await post(`${path}/split`, { form_token, alert: alerts[1]?.id ?? '' });
    const made = String(done.headers['location']);
    expect(made).toMatch(/^\/incidents\/inc_/);
    expect(await page(made.replace('/incidents/', ''))).toContain('Undo the split');
    const foreign = await post(`${path}/merge`, { form_token: 'guess', into: shop }, HTML);
    expect(foreign.status).toBe(403);
  });

  it('has an event of both for whoever listens', async () => {
    const before = await responder.service.newestEventId();
    await ask(shop, 'merge', { into: db });
    const events = await responder.service.eventsAfter(before, 10);
    expect(events.map(({ incidentId, kind }) => [incidentId, kind])).toEqual([
      [shop, 'merged_into'],
      [db, 'merged_from'],
    ]);
  });
});
