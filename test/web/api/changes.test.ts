import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder } from '../../support/responder.ts';
import { startRealResponder } from '../../support/start-real-responder.ts';
import type { RealResponder } from '../../support/start-real-responder.ts';
import { send } from '../../support/start-web.ts';
import type { RawAnswer } from '../../support/start-web.ts';

const DAY_MS = 86_400_000;

async function openIncident(responder: RealResponder): Promise<string> {
  const body = createWebhookBody([createAlert()]);
  await responder.pipeline.accept(body, 'am', responder.clock.now());
  await responder.pipeline.settle();
  return (await responder.pipeline.listIncidents())[0]?.id ?? '';
}

function comment(
  { url }: RealResponder,
  id: string,
  text: string,
  headers: Record<string, string>,
): Promise<RawAnswer> {
  return send(`${url}/api/v1/incidents/${id}/comment`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ text }),
  });
}

async function commentsOf({ pipeline }: RealResponder, id: string): Promise<number> {
  return (await pipeline.getIncident(id)).incident.comments;
}

function typeOf({ body }: RawAnswer): string {
  return (JSON.parse(body) as { type: string }).type.replace('urn:crmwatch:problem:', '');
}

describe('If-Match', () => {
  it('makes the change upon what was seen, and tells otherwise what is there', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const id = await openIncident(responder);
    const seen = await send(`${responder.url}/api/v1/incidents/${id}`);
    expect(seen.headers['etag']).toBe('"1"');
    const done = await comment(responder, id, 'one', { 'If-Match': '"1"' });
    expect([done.status, done.headers['etag'], JSON.parse(done.body)]).toEqual([
      200,
      '"2"',
      { status: 'done', sequence: 2 },
    ]);
    const stale = await comment(responder, id, 'two', { 'If-Match': '"1"' });
    expect([stale.status, typeOf(stale), stale.headers['etag']]).toEqual([412, 'stale', '"2"']);
    expect(JSON.parse(stale.body).current).toMatchObject({ id, sequence: 2 });
    expect(await commentsOf(responder, id)).toBe(1);
  });

  it.each([
    ['*', 200],
    ['"9", "1"', 200],
    ['W/"1"', 412],
    ['"another"', 412],
    ['1', 412],
    ['nonsense, "', 412],
  ])('takes %s', async (value, status) => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const id = await openIncident(responder);
    expect((await comment(responder, id, 'x', { 'If-Match': value })).status).toBe(status);
  });

  it('lets one of many at once through', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const id = await openIncident(responder);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        comment(responder, id, `${index}`, { 'If-Match': '"1"' }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(7);
    expect(await commentsOf(responder, id)).toBe(1);
  });
});

describe('Idempotency-Key', () => {
  it('does it once, and gives the first answer again, also after a restart', async () => {
    using folder = createTemporaryFolder();
    const file = join(folder.path, 'incidents.sqlite');
    let id = '';
    const headers = { 'Idempotency-Key': 'key-1' };
    {
      await using responder = await startRealResponder(file);
      id = await openIncident(responder);
      const first = await comment(responder, id, 'once', headers);
      expect([first.status, first.headers['idempotency-replayed']]).toEqual([200, undefined]);
      await comment(responder, id, 'between', {});
    }
    await using restarted = await startRealResponder(file);
    const again = await comment(restarted, id, 'once', { ...headers, 'If-Match': '"1"' });
    expect([again.status, again.headers['etag'], again.headers['idempotency-replayed']]).toEqual([
      200,
      '"2"',
      'true',
    ]);
    expect(await commentsOf(restarted, id)).toBe(2);
    const other = await comment(restarted, id, 'something else', headers);
    expect([other.status, typeOf(other)]).toEqual([422, 'key-reused']);
    expect(await commentsOf(restarted, id)).toBe(2);
  });

  it('does it once when many come at the same time', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const id = await openIncident(responder);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        comment(responder, id, 'once', { 'Idempotency-Key': 'key-2' }),
      ),
    );
    expect(await commentsOf(responder, id)).toBe(1);
    for (const { status } of answers) expect([200, 409]).toContain(status);
  });

  it('forgets the key after a day, and at once when nothing was changed', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const id = await openIncident(responder);
    const headers = { 'Idempotency-Key': 'key-3' };
    const stale = await comment(responder, id, 'x', { ...headers, 'If-Match': '"7"' });
    expect(stale.status).toBe(412);
    expect((await comment(responder, id, 'x', headers)).status).toBe(200);
    responder.clock.jump(DAY_MS - 1);
    await comment(responder, id, 'x', headers);
    expect(await commentsOf(responder, id)).toBe(1);
    responder.clock.jump(1);
    await comment(responder, id, 'x', headers);
    expect(await commentsOf(responder, id)).toBe(2);
  });

  it('tells an unknown incident from a key that is kept', async () => {
    using folder = createTemporaryFolder();
    await using responder = await startRealResponder(join(folder.path, 'incidents.sqlite'));
    const unknown = await comment(responder, 'inc_none', 'x', { 'Idempotency-Key': 'key-4' });
    expect([unknown.status, typeOf(unknown)]).toEqual([404, 'not-found']);
    const id = await openIncident(responder);
    expect((await comment(responder, id, 'x', { 'Idempotency-Key': 'key-4' })).status).toBe(200);
  });
});
