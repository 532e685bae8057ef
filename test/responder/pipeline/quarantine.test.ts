import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESPONDER_MIGRATIONS } from '../../../src/responder/pipeline/pipeline.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';
import { openTestStore } from '../../support/test-store.ts';

let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: `${folder.path}/a.db` });
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function accept(body: string | Buffer, encoding = '') {
  const { pipeline, clock } = responder;
  const form = { kind: 'generic', encoding } as const;
  return pipeline.accept(body, 'scripts', clock.now(), form);
}

/** As if the decoder had been mended since: what is in quarantine becomes readable. */
async function mend(id: number, body: string | Buffer): Promise<void> {
  const bytes = Buffer.from(body);
  await sql`UPDATE quarantine SET body = ${bytes} WHERE id = ${id}`.execute(
    responder.store.database,
  );
}

const BACKUP = { status: 'firing', name: 'BackupFailed', target: 'shop', id: 'b1' };
const EVENT = JSON.stringify(BACKUP);

async function incidents() {
  await responder.pipeline.settle();
  return responder.pipeline.listIncidents();
}

describe('quarantine', () => {
  it('keeps the bytes, the sender, the kind and the problems', async () => {
    const { quarantine } = responder.pipeline;
    const body = Buffer.from([0xff, 0x00, 0x3c, 0x62, 0x3e]);
    expect(await accept(body)).toMatchObject({ kind: 'undecodable' });
    const receivedAtMs = responder.clock.now();
    const [entry] = await quarantine.list({ limit: 10 });
    expect(entry).toMatchObject({
      sender: 'scripts',
      kind: 'generic',
      encoding: '',
      status: 'kept',
      receivedAtMs,
      copies: 1,
      bytes: 5,
      problems: [{ message: expect.stringContaining('no JSON') }],
    });
    expect(await quarantine.body(entry?.id ?? 0)).toEqual(body);
    expect(await quarantine.find(99)).toBeNull();
    expect(await quarantine.body(99)).toBeNull();
  });

  it('keeps the same body once, however often it comes, unless it was decided upon', async () => {
    const { pipeline, clock } = responder;
    await accept('broken');
    const firstAtMs = clock.now();
    await clock.advance(300_000);
    await accept('broken');
    await accept('broken otherwise');
    const entries = await pipeline.quarantine.list({ limit: 10 });
    expect(entries.map(({ id, copies }) => [id, copies])).toEqual([
      [2, 1],
      [1, 2],
    ]);
    expect(entries[1]).toMatchObject({
      receivedAtMs: firstAtMs,
      lastReceivedAtMs: firstAtMs + 300_000,
    });
    await pipeline.quarantine.discard(1, 'ann', 'a test');
    await accept('broken');
    expect((await pipeline.statistics()).quarantinedDeliveries).toBe(2);
  });

  it('lets events in with the time at which they came, and keeps the entry', async () => {
    const { pipeline, clock } = responder;
    await accept('broken');
    const receivedAtMs = clock.now();
    await clock.advance(3_600_000);
    await mend(1, EVENT);
    expect(await pipeline.quarantine.replay(1, 'ann')).toEqual({ kind: 'done', events: 1 });
    expect(await incidents()).toMatchObject([{ target: 'shop', reportedAtMs: receivedAtMs }]);
    expect(await pipeline.quarantine.find(1)).toMatchObject({
      status: 'replayed',
      decidedBy: 'ann',
      decidedAtMs: clock.now(),
      problems: [],
    });
    expect(await pipeline.quarantine.replay(1, 'ann')).toEqual({
      kind: 'decided',
      status: 'replayed',
    });
    expect((await pipeline.statistics()).quarantinedDeliveries).toBe(0);
  });

  it('decides once by one request, however often its answer is lost', async () => {
    const { quarantine } = responder.pipeline;
    await accept('broken');
    await accept('of no use');
    await mend(1, EVENT);
    const once = { actor: 'ann', key: 'k1', fingerprint: 'replay 1' };
    const first = await Promise.all([
      quarantine.replay(1, 'ann', { once }),
      quarantine.replay(1, 'ann', { once }),
    ]);
    expect(first).toContainEqual({ kind: 'done', events: 1 });
    expect(first).toContainEqual({ kind: 'done', events: 1, isReplayed: true });
    expect(await quarantine.replay(1, 'ann', { once })).toMatchObject({ isReplayed: true });
    // Without the key, or with another one, it is told that the delivery is decided upon.
    expect(await quarantine.replay(1, 'bob')).toMatchObject({ kind: 'decided' });
    const late = { ...once, key: 'k2' };
    expect(await quarantine.replay(1, 'ann', { once: late })).toMatchObject({ kind: 'decided' });
    const other = { once: { ...once, fingerprint: 'discard 2' } };
    expect(await quarantine.discard(2, 'ann', 'old', other)).toEqual({ kind: 'key_reused' });
    expect(await quarantine.find(2)).toMatchObject({ status: 'kept' });
    const discarded = await quarantine.discard(2, 'ann', 'old', { once: late });
    expect(discarded).toEqual({ kind: 'done', events: 0 });
    expect((await incidents()).flatMap(({ alerts }) => alerts)).toHaveLength(1);
  });

  it('tries again what could not be read, with the same key', async () => {
    const { quarantine } = responder.pipeline;
    await accept('broken');
    const once = { actor: 'ann', key: 'k1', fingerprint: 'replay 1' };
    expect(await quarantine.replay(1, 'ann', { once })).toMatchObject({ kind: 'undecodable' });
    await mend(1, EVENT);
    expect(await quarantine.replay(1, 'ann', { once })).toEqual({ kind: 'done', events: 1 });
  });

  it('does not tell twice what got in when the delivery came', async () => {
    const { pipeline } = responder;
    const bad = { ...BACKUP, id: 'b2', status: 'on' };
    await accept(JSON.stringify({ events: [BACKUP, bad] }));
    expect(await pipeline.quarantine.replay(1, 'ann')).toMatchObject({
      kind: 'undecodable',
      events: 0,
      problems: [{ place: 'events[1].status' }],
    });
    const other = { ...bad, status: 'firing' };
    await mend(1, JSON.stringify({ events: [BACKUP, other, { ...bad, id: 'b3' }] }));
    expect(await pipeline.quarantine.replay(1, 'ann')).toMatchObject({ events: 1 });
    await mend(1, JSON.stringify({ events: [BACKUP, other] }));
    expect(await pipeline.quarantine.replay(1, 'ann')).toEqual({ kind: 'done', events: 0 });
    expect((await incidents())[0]?.alerts).toHaveLength(2);
  });

  it('ignores a firing that is replayed after its resolve', async () => {
    const { pipeline, clock } = responder;
    const firing = createWebhookBody([createAlert({ startsAtMs: clock.now() - 1000 })]);
    await pipeline.accept('broken', 'am', clock.now());
    await clock.advance(60_000);
    const over = createAlert({ status: 'resolved', endsAtMs: clock.now() });
    await pipeline.accept(firing, 'am', clock.now());
    await pipeline.accept(createWebhookBody([over]), 'am', clock.now());
    await pipeline.settle();
    await clock.advance(7_200_000);
    await pipeline.settle();
    const before = await pipeline.listIncidents();
    await mend(1, firing);
    expect(await pipeline.quarantine.replay(1, 'ann')).toMatchObject({ kind: 'done', events: 1 });
    const after = await incidents();
    expect(after.map(({ id, phase }) => [id, phase])).toEqual(
      before.map(({ id, phase }) => [id, phase]),
    );
  });

  it('replays all that can be read, the oldest first', async () => {
    const { pipeline } = responder;
    for (const body of ['one', 'two', 'three']) await accept(body);
    await mend(1, EVENT);
    await mend(3, gzipSync(EVENT));
    expect(await pipeline.quarantine.replayAll('ann')).toEqual({
      replayed: 1,
      undecodable: 2,
      next: null,
    });
    expect(await pipeline.quarantine.replayAll('ann', 2)).toMatchObject({ undecodable: 1 });
    const statuses = (await pipeline.quarantine.list({ limit: 10 })).map(({ status }) => status);
    expect(statuses).toEqual(['kept', 'kept', 'replayed']);
    const kept = await pipeline.quarantine.list({ limit: 10, status: 'kept', beforeId: 3 });
    expect(kept.map(({ id }) => id)).toEqual([2]);
  });

  it('inflates again what came compressed', async () => {
    const { pipeline } = responder;
    await accept(gzipSync('broken'), 'gzip');
    await mend(1, gzipSync(EVENT));
    expect(await pipeline.quarantine.replay(1, 'ann')).toMatchObject({ kind: 'done', events: 1 });
  });

  it('keeps what was discarded, with the reason', async () => {
    const { quarantine } = responder.pipeline;
    await accept('broken');
    expect(await quarantine.discard(1, 'ann', 'a trial')).toMatchObject({ kind: 'done' });
    expect(await quarantine.find(1)).toMatchObject({ status: 'discarded', note: 'a trial' });
    expect(await quarantine.body(1)).toEqual(Buffer.from('broken'));
    expect(await quarantine.replay(1, 'ann')).toEqual({ kind: 'decided', status: 'discarded' });
    expect(await quarantine.discard(1, 'bob', '')).toEqual({
      kind: 'decided',
      status: 'discarded',
    });
    expect(await quarantine.discard(7, 'bob', '')).toEqual({ kind: 'unknown' });
    expect(await quarantine.replay(7, 'bob')).toEqual({ kind: 'unknown' });
  });

  it('takes over what an older version has kept', async () => {
    const file = `${folder.path}/old.db`;
    const old = RESPONDER_MIGRATIONS.filter(({ room }) => room !== 'intake');
    {
      await using before = await openTestStore({ file, migrations: old });
      await sql`INSERT INTO quarantine (sender, received_at_ms, body, problems)
        VALUES ('am', 1000, ${Buffer.from('{')}, '[]')`.execute(before.database);
    }
    await using upgraded = await createTestResponder({ file });
    expect(await upgraded.pipeline.quarantine.list({ limit: 1 })).toMatchObject([
      { kind: 'alertmanager', status: 'kept', bytes: 1, lastReceivedAtMs: 1000, copies: 1 },
    ]);
  });
});
