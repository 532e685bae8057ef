import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertIdOf, verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { DEFAULT_RETENTION } from '../../../src/responder/pipeline/pipeline.ts';
import type { RetentionSettings } from '../../../src/responder/pipeline/pipeline.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const DAY_MS = 86_400_000;
const CANARY = 'canary-7c1f';

let folder: TemporaryFolder;
let responder: TestResponder;

async function open(retention: Partial<RetentionSettings> = {}): Promise<void> {
  responder = await createTestResponder({
    file: `${folder.path}/a.db`,
    settings: { retention: { ...DEFAULT_RETENTION, ...retention } },
  });
}

beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const LABELS = { alertname: 'CrmUnreachable', target: 'shop', severity: 'critical', note: CANARY };

function alertNow(status: 'firing' | 'resolved', labels: Record<string, string> = LABELS) {
  const nowMs = responder.clock.now();
  return createAlert({
    labels,
    annotations: { summary: 'shop is down', description: CANARY },
    status,
    startsAtMs: nowMs - 1000,
    endsAtMs: status === 'resolved' ? nowMs : null,
    receivedAtMs: nowMs,
  });
}

async function deliver(...alerts: ReturnType<typeof alertNow>[]): Promise<void> {
  const { pipeline, clock } = responder;
  await pipeline.accept(createWebhookBody(alerts), 'am', clock.now());
  await pipeline.settle();
}

async function pass(durationMs: number): Promise<void> {
  await responder.clock.advance(durationMs);
  await responder.pipeline.settle();
}

/** An incident from its alert to its end, with everything that people do about it. */
async function live(): Promise<string> {
  const { pipeline } = responder;
  await deliver(alertNow('firing'));
  await pass(60_000);
  const [incident] = await pipeline.listIncidents();
  const id = incident?.id ?? '';
  await pipeline.acknowledge(id, 'ada');
  await pipeline.comment(id, 'ada', `looks like ${CANARY}`);
  await pipeline.correctDiagnosis(id, 'ada', 'database');
  await deliver(alertNow('resolved'));
  await pass(60_000);
  await pipeline.close(id, 'ada', `because of ${CANARY}`);
  return id;
}

async function count(table: string): Promise<number> {
  const { rows } = await sql<{
    count: number;
  }>`SELECT count(*) AS count FROM ${sql.table(table)}`.execute(responder.store.database);
  return rows[0]?.count ?? 0;
}

/** Every table as text. */
async function everything(): Promise<string> {
  const tables = [
    'deliveries',
    'inbox',
    'quarantine',
    'incidents',
    'journal',
    'evidence',
    'outbox',
  ];
  const rows = await Promise.all(
    tables.map(async (table) =>
      sql<Record<string, unknown>>`SELECT * FROM ${sql.table(table)}`.execute(
        responder.store.database,
      ),
    ),
  );
  const texts = rows.flatMap((result) => result.rows).flatMap((row) => Object.values(row));
  return texts
    .map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)))
    .join('\n');
}

describe('compaction', () => {
  it('forgets the texts of an incident that is over, and keeps its figures', async () => {
    await open();
    const id = await live();
    const { pipeline } = responder;
    const before = await pipeline.getIncident(id);
    const { incidents } = await pipeline.statistics();
    expect(await everything()).toContain(CANARY);
    await pass(DEFAULT_RETENTION.incidentsMs + DAY_MS);
    expect(await everything()).not.toContain(CANARY);
    const { incident } = await pipeline.getIncident(id);
    expect(await pipeline.statistics()).toMatchObject({ incidents });
    expect(incident).toMatchObject({
      id,
      title: before.incident.title,
      target: 'shop',
      acknowledgedBy: 'ada',
      correctedClass: 'database',
      comments: 1,
      updatedAtMs: before.incident.updatedAtMs,
      compacted: {
        rule: 'retention',
        totalAlerts: 1,
        alerts: [{ name: 'CrmUnreachable', severity: 'critical', count: 1 }],
      },
    });
    expect(await verifyJournal(responder.store.database)).toMatchObject({
      problems: [],
      forgotten: [{ rule: 'retention', incidents: 1 }],
    });
    const review = await pipeline.review(id);
    expect(review).toContain('Compacted on');
    expect(review).toContain('acknowledged by ada');
    expect(review).toContain('commented (the text was forgotten)');
  });

  it('leaves open incidents alone, however old, and young ones', async () => {
    await open();
    await deliver(alertNow('firing'));
    await pass(2 * DEFAULT_RETENTION.incidentsMs);
    const [incident] = await responder.pipeline.listIncidents();
    expect(incident?.compacted).toBeUndefined();
    expect(incident?.alerts[0]?.annotations).toHaveProperty('description', CANARY);
  });

  it('lets nothing happen to a compacted incident any more, and says why', async () => {
    await open();
    const id = await live();
    await pass(DEFAULT_RETENTION.incidentsMs + DAY_MS);
    const answer = await responder.pipeline.reopen(id, 'ada', 'again');
    expect(answer).toMatchObject({
      changed: false,
      reason: 'it was compacted: only its figures are kept',
    });
  });

  it('still knows an alert that fires since before a person closed its incident', async () => {
    await open();
    const alert = alertNow('firing');
    await deliver(alert);
    const [incident] = await responder.pipeline.listIncidents();
    await responder.pipeline.close(incident?.id ?? '', 'ada', 'not ours');
    await pass(DEFAULT_RETENTION.incidentsMs + DAY_MS);
    await deliver({ ...alert, receivedAtMs: responder.clock.now() });
    expect(await responder.pipeline.listIncidents()).toHaveLength(1);
    await deliver(alertNow('firing'));
    expect(await responder.pipeline.listIncidents()).toHaveLength(2);
  });
});

describe('growth', () => {
  it('empties raw bodies first, then takes out events, then their deliveries', async () => {
    await open();
    await live();
    expect(await count('deliveries')).toBe(2);
    await pass(DEFAULT_RETENTION.rawBodiesMs + 1000);
    const bodies = await sql<{ size: number }>`SELECT length(body) AS size FROM deliveries`.execute(
      responder.store.database,
    );
    expect(bodies.rows.map(({ size }) => size)).toEqual([0, 0]);
    expect(await count('inbox')).toBe(2);
    await pass(DEFAULT_RETENTION.eventsMs);
    expect([await count('inbox'), await count('deliveries')]).toEqual([0, 0]);
  });

  it('takes out nothing while events wait, since one of them may come late', async () => {
    await open({ eventsMs: 1 });
    await deliver(alertNow('firing'));
    await deliver(alertNow('resolved'));
    const late = alertNow('firing');
    await responder.clock.advance(DAY_MS);
    await responder.pipeline.accept(createWebhookBody([late]), 'am', late.receivedAtMs + 1000);
    await responder.pipeline.settle();
    expect(await responder.pipeline.listIncidents()).toHaveLength(1);
  });

  it('works through more rows than one transaction takes', async () => {
    await open();
    const alerts = Array.from({ length: 1300 }, (_, index) =>
      alertNow('firing', { ...LABELS, shard: String(index) }),
    );
    await deliver(...alerts);
    expect(await count('inbox')).toBe(1300);
    await pass(DEFAULT_RETENTION.eventsMs + 1000);
    expect(await count('inbox')).toBe(0);
  });

  it('forgets heartbeats of senders that are long gone', async () => {
    await open();
    await deliver(alertNow('firing', { alertname: 'CrmWatchdog' }));
    expect(await count('heartbeats')).toBe(1);
    await pass(31 * DAY_MS);
    expect(await count('heartbeats')).toBe(0);
  });

  it('takes out keys of requests and sessions that are over', async () => {
    await open();
    const id = await live();
    const once = { actor: 'ada', key: 'k', fingerprint: 'f' };
    await responder.pipeline.reopen(id, 'ada', '', { once });
    const { database } = responder.store;
    const atMs = responder.clock.now();
    await sql`INSERT INTO sessions (id_hash, actor, role, credential, opened_at_ms, seen_at_ms)
      VALUES ('x', 'ada', 'viewer', 'c', ${atMs}, ${atMs})`.execute(database);
    expect(await count('idempotency_keys')).toBe(1);
    await pass(31 * DAY_MS);
    expect([await count('idempotency_keys'), await count('sessions')]).toEqual([0, 0]);
  });
});

describe('the quarantine', () => {
  async function acceptBroken(text: string) {
    const { pipeline, clock } = responder;
    const form = { kind: 'generic', encoding: '' } as const;
    return pipeline.accept(text, 'scripts', clock.now(), form);
  }

  it('is answered 503 when it is full of what nobody decided upon, and loses nothing', async () => {
    await open({ quarantineEntries: 2 });
    await acceptBroken('one');
    await acceptBroken('two');
    await expect(acceptBroken('three')).rejects.toMatchObject({
      code: 'store_unavailable',
      message: expect.stringContaining('the quarantine is full'),
    });
    // The same bytes take no more room.
    expect(await acceptBroken('one')).toMatchObject({ kind: 'undecodable' });
    expect(await responder.pipeline.quarantine.list({ limit: 10 })).toHaveLength(2);
  });

  it('lets the alerts in that could be read, although the rest has to come again', async () => {
    await open({ quarantineEntries: 1 });
    await acceptBroken('one');
    const event = { status: 'firing', name: 'BackupFailed', target: 'shop' };
    const partly = JSON.stringify({ events: [event, { status: 'unknown' }] });
    await expect(acceptBroken(partly)).rejects.toMatchObject({ code: 'store_unavailable' });
    await responder.pipeline.settle();
    expect(await responder.pipeline.listIncidents()).toHaveLength(1);
  });

  it('is full by bytes as well, and gives room to new ones for what was decided upon', async () => {
    await open({ quarantineBytes: 100 });
    const { quarantine } = responder.pipeline;
    await acceptBroken('x'.repeat(60));
    await expect(acceptBroken('y'.repeat(60))).rejects.toThrow('is full');
    const [entry] = await quarantine.list({ limit: 1 });
    await quarantine.discard(entry?.id ?? 0, 'ada', 'a test');
    expect(await acceptBroken('y'.repeat(60))).toMatchObject({ kind: 'undecodable' });
    expect(await quarantine.body(entry?.id ?? 0)).toHaveLength(0);
    expect(await quarantine.find(entry?.id ?? 0)).toMatchObject({ bytes: 60, note: 'a test' });
  });

  it('discards what nobody decided upon in time, and forgets it later', async () => {
    await open();
    const { quarantine } = responder.pipeline;
    await acceptBroken(CANARY);
    await pass(DEFAULT_RETENTION.quarantineMs + 1000);
    const [entry] = await quarantine.list({ limit: 10 });
    expect(entry).toMatchObject({
      status: 'discarded',
      decidedBy: 'crmwatch',
      note: 'nobody decided upon it in time',
      problems: [],
    });
    expect(await everything()).not.toContain(CANARY);
    await pass(DEFAULT_RETENTION.quarantineMs + 1000);
    expect(await quarantine.list({ limit: 10 })).toEqual([]);
  });
});

describe('forged forgetting', () => {
  it('is refused by the database, but for the loss of a text', async () => {
    await open();
    await live();
    const { database } = responder.store;
    await expect(
      sql`UPDATE journal SET data = '{}' WHERE id = 1`.execute(database),
    ).rejects.toThrow('append-only');
    await expect(
      sql`UPDATE journal SET data = '', actor = 'x' WHERE id = 1`.execute(database),
    ).rejects.toThrow('append-only');
    await expect(sql`DELETE FROM journal WHERE id = 1`.execute(database)).rejects.toThrow(
      'append-only',
    );
  });

  it('of a text that no entry speaks of is found', async () => {
    await open();
    await live();
    const { database } = responder.store;
    await sql`UPDATE journal SET data = '' WHERE kind = 'commented'`.execute(database);
    const { problems } = await verifyJournal(database);
    expect(problems[0]?.message).toMatch(/^the text of entry \d+ is missing, and no entry says/);
  });
});

describe('an incident that is merged into another one', () => {
  it('is kept as it is until the other is over, then loses the texts of the merge as well', async () => {
    await open({ incidentsMs: DAY_MS });
    const { pipeline } = responder;
    await deliver(alertNow('firing'));
    await deliver(alertNow('firing', { ...LABELS, target: 'db' }));
    const [db, shop] = (await pipeline.listIncidents()).map(({ id }) => id);
    await pipeline.merge(shop ?? '', db ?? '', 'ada', `because of ${CANARY}`);
    await pass(2 * DAY_MS);
    const merged = await pipeline.getIncident(shop ?? '');
    expect(merged.incident.compacted).toBeUndefined();
    expect(await pipeline.undoMerge(shop ?? '', 'ada', '')).toMatchObject({ changed: true });
    await pipeline.merge(shop ?? '', db ?? '', 'ada', `because of ${CANARY}`);
    const { alerts } = (await pipeline.getIncident(db ?? '')).incident;
    const chosen = alerts.slice(-1).map(alertIdOf);
    const { otherId: split } = await pipeline.split(db ?? '', chosen, 'ada', CANARY);
    await pipeline.close(split ?? '', 'ada', '');
    await pipeline.close(db ?? '', 'ada', '');
    await pass(2 * DAY_MS);
    await pass(60_000);
    for (const id of [shop, db, split]) {
      const { incident } = await pipeline.getIncident(id ?? '');
      expect(incident.compacted?.rule).toBe('retention');
      expect(JSON.stringify(incident)).not.toContain(CANARY);
    }
    expect((await pipeline.undoMerge(shop ?? '', 'ada', '')).changed).toBe(false);
    expect((await verifyJournal(responder.store.database)).problems).toEqual([]);
  });
});
