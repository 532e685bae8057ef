import { existsSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NO_MASK, createMask } from '../../../src/responder/alerts/alerts.ts';
import type { Mask } from '../../../src/responder/alerts/alerts.ts';
import { verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { erase, findErasure } from '../../../src/responder/pipeline/pipeline.ts';
import type { ErasurePlan, ErasureSubject } from '../../../src/responder/pipeline/pipeline.ts';
import { scrubStore } from '../../../src/store/store.ts';
import { createAlert, createDiagnosis, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const CANARY = 'Jane-Canary-7c1f';

let folder: TemporaryFolder;
let responder: TestResponder;
let file: string;

beforeEach(async () => {
  folder = createTemporaryFolder();
  file = `${folder.path}/a.db`;
  responder = await createTestResponder({ file });
});
afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

type Labels = Record<string, string>;

async function deliver(status: 'firing' | 'resolved', labels: Labels, sender = 'am') {
  const { pipeline, clock } = responder;
  const nowMs = clock.now();
  const alert = createAlert({
    labels: { severity: 'critical', ...labels },
    annotations: { summary: 'login fails', description: `of ${labels['user'] ?? 'nobody'}` },
    status,
    startsAtMs: nowMs - 1000,
    endsAtMs: status === 'resolved' ? nowMs : null,
  });
  await pipeline.accept(createWebhookBody([alert]), sender, nowMs);
  await pipeline.settle();
  await clock.advance(60_000);
  await pipeline.settle();
}

/** Lived through to its recovery; gives the identifier. */
async function live(target: string, user: string, sender = 'am'): Promise<string> {
  const labels = { alertname: 'LoginFailed', target, user };
  await deliver('firing', labels, sender);
  const [incident] = await responder.pipeline.listIncidents({ target });
  const id = incident?.id ?? '';
  await responder.pipeline.comment(id, 'ada', `spoke to ${user}`);
  await deliver('resolved', labels, sender);
  return id;
}

async function run(subject: ErasureSubject, mask: Mask = NO_MASK): Promise<ErasurePlan> {
  const { store, clock } = responder;
  const plan = await findErasure(store.database, subject, mask);
  await erase({ store, mask, actor: 'dpo', nowMs: clock.now() }, subject, plan);
  return plan;
}

async function everything(): Promise<string> {
  const names = ['deliveries', 'inbox', 'quarantine', 'incidents', 'journal', 'evidence', 'outbox'];
  const tables = [...names, 'diagnosis_labels', 'idempotency_keys', 'alert_homes', 'label_keys'];
  const texts: string[] = [];
  for (const table of tables) {
    const { rows } = await sql<Labels>`SELECT * FROM ${sql.table(table)}`.execute(
      responder.store.database,
    );
    for (const value of rows.flatMap((row) => Object.values(row) as unknown[])) {
      texts.push(value instanceof Uint8Array ? Buffer.from(value).toString() : String(value));
    }
  }
  return texts.join('\n').toLowerCase();
}

describe('erasure by a text', () => {
  it('takes it out of everything, and leaves others alone', async () => {
    const id = await live('shop', CANARY);
    const other = await live('sales', 'bob');
    const { pipeline, clock, store } = responder;
    const form = { kind: 'generic', encoding: 'gzip' } as const;
    await pipeline.accept(gzipSync(`{ "broken": "${CANARY}`), 'scripts', clock.now(), form);
    await pipeline.correctDiagnosis(id, 'ada', 'database', {
      once: { actor: 'ada', key: CANARY, fingerprint: 'f' },
    });
    const plan = await run({ kind: 'text', text: CANARY.toUpperCase() });
    expect(plan).toMatchObject({
      incidents: [{ id, phase: 'resolved' }],
      open: [],
      waitingEvents: 0,
      quarantine: [1],
      requests: [{ actor: 'ada', key: CANARY }],
    });
    expect([plan.events.length, plan.deliveries.length]).toEqual([2, 2]);
    expect(await everything()).not.toContain(CANARY.toLowerCase());
    expect(await everything()).toContain('bob');
    const { incident, journal } = await pipeline.getIncident(id);
    expect(incident).toMatchObject({
      title: 'erased on request',
      phase: 'closed',
      target: 'shop',
      correctedClass: 'database',
      compacted: { rule: 'erasure', totalAlerts: 1 },
    });
    expect(journal.at(-1)).toMatchObject({ event: { kind: 'compacted', actor: 'dpo' } });
    expect((await pipeline.getIncident(other)).incident.compacted).toBeUndefined();
    expect(await verifyJournal(store.database)).toMatchObject({
      problems: [],
      forgotten: [{ rule: 'erasure', incidents: 1 }],
    });
    expect(
      (await findErasure(store.database, { kind: 'text', text: CANARY }, NO_MASK)).events,
    ).toEqual([]);
  });

  it('takes it out of the target and of names of alerts', async () => {
    await deliver('firing', { alertname: `Login of ${CANARY}`, target: CANARY });
    const [incident] = await responder.pipeline.listIncidents();
    await responder.pipeline.close(incident?.id ?? '', 'ada', '');
    await run({ kind: 'text', text: CANARY });
    expect(await everything()).not.toContain(CANARY.toLowerCase());
    const { problems } = await verifyJournal(responder.store.database);
    expect(problems).toEqual([]);
  });

  it('finds what masking put in its place', async () => {
    const mask = createMask({
      kinds: ['email'],
      names: [],
      patterns: [],
      key: Buffer.alloc(32, 1),
    });
    const id = await live('shop', mask.text('jane@example.com'));
    const plan = await run({ kind: 'text', text: 'Jane@Example.com' }, mask);
    expect(plan.incidents).toEqual([{ id, phase: 'resolved' }]);
    expect(await everything()).not.toContain('[email:');
  });

  it('leaves open incidents alone, and names them', async () => {
    await deliver('firing', { alertname: 'LoginFailed', target: 'shop', user: CANARY });
    const plan = await run({ kind: 'text', text: CANARY });
    const [incident] = await responder.pipeline.listIncidents();
    expect(plan).toMatchObject({ incidents: [], open: [incident?.id] });
    expect(incident?.alerts[0]?.labels['user']).toBe(CANARY);
  });

  it('reaches what was compacted before, and what still waits to be told', async () => {
    responder.world.channel = {
      name: 'test',
      send: async () => ({ ok: false, why: 'down', retry: true }),
      close() {},
    };
    responder.world.diagnose = () => createDiagnosis({ whyUnknown: CANARY });
    const id = await live('shop', CANARY);
    await run({ kind: 'incident', id });
    expect(await everything()).not.toContain(CANARY.toLowerCase());
    await run({ kind: 'incident', id });
    const report = await verifyJournal(responder.store.database);
    expect(report).toMatchObject({ problems: [], forgotten: [{ rule: 'erasure', incidents: 1 }] });
  });
});

describe('erasure by a label', () => {
  it('takes the incidents of alerts that have it, of one sender if so wished', async () => {
    const ours = await live('shop', CANARY);
    const theirs = await live('sales', CANARY, 'other');
    const label = { kind: 'label', name: 'user', value: CANARY } as const;
    const { database } = responder.store;
    const all = await findErasure(database, label, NO_MASK);
    expect(all.incidents.map(({ id }) => id).toSorted()).toEqual([ours, theirs].toSorted());
    const wrong = await findErasure(database, { ...label, name: 'team' }, NO_MASK);
    expect(wrong).toMatchObject({ incidents: [], events: [], deliveries: [] });
    const one = await findErasure(database, { ...label, sender: 'other' }, NO_MASK);
    expect(one.incidents.map(({ id }) => id)).toEqual([theirs]);
    expect([one.events.length, one.deliveries.length]).toEqual([2, 2]);
  });
});

describe('erasure of an incident', () => {
  it('is refused for one that does not exist', async () => {
    const finding = findErasure(
      responder.store.database,
      { kind: 'incident', id: 'inc_0' },
      NO_MASK,
    );
    await expect(finding).rejects.toMatchObject({ code: 'unknown_incident' });
  });

  it('leaves no byte of it in the files of the database', async () => {
    const { store } = responder;
    const id = await live('shop', CANARY);
    // Only a file on this disk can be looked into.
    const files = [file, `${file}-wal`].filter((each) => existsSync(each));
    const isThere = (): boolean =>
      files.some((each) => readFileSync(each).includes(Buffer.from(CANARY)));
    expect(isThere()).toBe(store.engine === 'sqlite');
    await run({ kind: 'incident', id });
    const expected = store.engine === 'sqlite' ? 'clean' : 'left_to_server';
    expect(await scrubStore(store, { rewrite: false })).toBe(expected);
    expect(isThere()).toBe(false);
    expect(await scrubStore(store, { rewrite: true })).toBe(expected);
  });
});
