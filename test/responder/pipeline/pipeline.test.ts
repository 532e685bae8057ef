import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay } from '../../../src/responder/incidents/incidents.ts';
import type { PipelineLine } from '../../../src/responder/pipeline/pipeline.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { createAlert, createDiagnosis, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const MINUTE_MS = 60_000;
let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: join(folder.path, 'responder.db') });
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function deliver(...events: readonly Partial<AlertEvent>[]): Promise<void> {
  const body = createWebhookBody(events.map((changes) => createAlert(changes)));
  await responder.pipeline.accept(body, 'am', responder.clock.now());
  await responder.pipeline.settle();
}

async function pass(durationMs: number): Promise<void> {
  await responder.clock.advance(durationMs);
  await responder.pipeline.settle();
}

function gone(changes: Partial<AlertEvent> = {}): Partial<AlertEvent> {
  return { status: 'resolved', endsAtMs: responder.clock.now(), ...changes };
}

async function only(): Promise<Awaited<ReturnType<TestResponder['pipeline']['getIncident']>>> {
  const incidents = await responder.pipeline.listIncidents();
  expect(incidents.length).toBe(1);
  return responder.pipeline.getIncident(incidents[0]?.id ?? '');
}

describe('the whole loop', () => {
  it('leads from an alert to a verified recovery, a review and notices', async () => {
    const lines: PipelineLine[] = [];
    responder.pipeline.subscribe((line) => lines.push(line));
    await deliver({});
    expect((await only()).incident.phase).toBe('reported');
    await pass(10_000);
    const repairing = (await only()).incident;
    expect(repairing).toMatchObject({
      phase: 'repairing',
      diagnosis: { answer: 'service_outage' },
      component: { name: 'web server' },
      plan: { title: 'Bring the CRM back' },
      evidenceSummary: ['probe reachability fails: tcp'],
    });
    await responder.pipeline.acknowledge(repairing.id, 'ann');
    await pass(MINUTE_MS);
    responder.world.verification = 'failed';
    await deliver(gone());
    expect((await only()).incident).toMatchObject({
      phase: 'verifying',
      confirmation: 'unconfirmed',
    });
    responder.world.verification = 'passed';
    await pass(30_000);
    const { incident, journal, notifications } = await only();
    expect(incident).toMatchObject({ phase: 'resolved', confirmation: 'confirmed' });
    expect(replay(journal)).toEqual(incident);
    expect(lines.map(({ kind }) => kind)).toEqual(journal.map(({ event }) => event.kind));
    expect(lines.map(({ id }) => id)).toEqual(lines.map(({ id }) => id).sort((a, b) => a - b));
    expect(await responder.pipeline.linesAfter(lines[2]?.id ?? 0, 3)).toEqual(lines.slice(3, 6));
    expect(responder.sent.map(({ notice }) => notice)).toEqual(['opened', 'diagnosed', 'resolved']);
    expect(notifications.every(({ state }) => state === 'sent')).toBe(true);
    const closed = await responder.pipeline.close(incident.id, 'ann', 'done');
    expect(closed.incident.phase).toBe('closed');
    const review = await responder.pipeline.review(incident.id);
    expect(review).toContain('| recover | 1 min 40 s |');
    expect(review).toContain('Service outage');
  });

  it('makes one incident of the alerts of a target, and one diagnosis after the delay', async () => {
    await deliver({});
    const other = { alertname: 'CrmLoginFailed', target: 'shop', severity: 'critical' };
    await pass(5000);
    await deliver({ name: 'CrmLoginFailed', labels: other });
    await deliver({ labels: { ...other, target: 'second' }, name: 'CrmLoginFailed' });
    await pass(10_000);
    const incidents = await responder.pipeline.listIncidents({ open: true });
    expect(incidents.map(({ target, alerts }) => [target, alerts.length])).toEqual([
      ['second', 1],
      ['shop', 2],
    ]);
    // Side by side, so in any order.
    const gathered = responder.gathered.map(({ target, alerts }) => `${target} ${alerts.length}`);
    expect(gathered.toSorted()).toEqual(['second 1', 'shop 2']);
  });

  it('tells a diagnosis what the alerts say in masked words, and no text as it was', async () => {
    const summary = 'User jane of shop cannot reach the database: jane@example.com';
    await deliver({ annotations: { summary, description: 'since 10:31' } });
    await pass(10_000);
    expect(responder.gathered[0]?.alerts[0]?.words.join(' ')).toBe(
      'user <name> of <target> cannot reach the database <email> since <number>',
    );
    expect(JSON.stringify(responder.gathered)).not.toMatch(/jane|example/);
  });

  it('diagnoses again when an alert joins soon after, and not hours later', async () => {
    await deliver({});
    await pass(10_000);
    const late = { alertname: 'CrmLoginFailed', target: 'shop', severity: 'critical' };
    await deliver({ name: 'CrmLoginFailed', labels: late });
    await pass(10_000);
    expect(responder.gathered.length).toBe(2);
    await pass(3_600_000);
    await deliver({ name: 'CrmApiSlow', labels: { ...late, alertname: 'CrmApiSlow' } });
    await pass(10_000);
    expect(responder.gathered.length).toBe(2);
    expect(responder.sent.map(({ notice }) => notice)).toEqual(['opened', 'diagnosed']);
  });

  it('keeps an incident open as unconfirmed when nothing can prove recovery', async () => {
    responder.world.verification = 'impossible';
    await deliver({});
    await pass(10_000);
    await deliver(gone());
    await pass(3_600_000);
    const { incident, journal } = await only();
    expect(incident).toMatchObject({ phase: 'verifying', confirmation: 'unconfirmed' });
    expect(journal.filter(({ event }) => event.kind === 'verification_impossible').length).toBe(1);
  });

  it('says unknown, with the reason, when the diagnosis fails or the alert is about the pipe', async () => {
    responder.world.diagnose = () => {
      throw new Error('the model broke');
    };
    await deliver({});
    await pass(1000);
    await deliver({ name: 'CrmExporterDown', labels: { alertname: 'CrmExporterDown' } });
    await pass(10_000);
    const [pipe, crm] = await responder.pipeline.listIncidents();
    expect(crm?.diagnosis).toMatchObject({
      answer: 'unknown',
      whyUnknown: 'the diagnosis failed: the model broke',
    });
    expect(pipe).toMatchObject({
      target: null,
      phase: 'repairing',
      scope: 'alert:CrmExporterDown',
    });
  });
});

describe('deliveries', () => {
  it('changes nothing on duplicates, repeats and late ones', async () => {
    await deliver({});
    await pass(10_000);
    const before = await only();
    await deliver({});
    await deliver({}, {});
    expect((await only()).incident).toEqual(before.incident);
    await deliver(gone());
    const resolved = await only();
    expect(resolved.incident.phase).toBe('resolved');
    await pass(MINUTE_MS);
    await deliver({});
    await deliver(gone({ endsAtMs: responder.clock.now() - MINUTE_MS }));
    expect((await only()).incident).toEqual(resolved.incident);
  });

  it('does not open an incident for a firing that arrives after its resolve', async () => {
    await deliver(gone());
    await deliver({});
    expect(await responder.pipeline.listIncidents()).toEqual([]);
  });

  it('does not take a late firing for a new one because an older resolve came still later', async () => {
    const startMs = responder.clock.now();
    const first = { startsAtMs: startMs - 4000 };
    const second = { startsAtMs: startMs - 2000 };
    const firstGone = { ...first, ...gone({ endsAtMs: startMs - 3000 }) };
    await deliver(first);
    await deliver(firstGone);
    await deliver(second);
    await deliver({ ...second, ...gone({ endsAtMs: startMs - 1000 }) });
    await pass(10_000);
    const { incident } = await only();
    // Resolved for longer than its alert may reopen it, but not for longer than deliveries may be late.
    await responder[Symbol.asyncDispose]();
    const file = join(folder.path, 'responder.db');
    responder = await createTestResponder({
      file,
      clock: responder.clock,
      settings: { reopenWindowMs: MINUTE_MS },
    });
    await pass(2 * MINUTE_MS);
    await deliver(firstGone);
    await deliver(second);
    expect((await only()).incident).toEqual(incident);
  });

  it('reopens within the window, and opens a new incident after it', async () => {
    await deliver({});
    await deliver(gone());
    await pass(20 * MINUTE_MS);
    await deliver({ startsAtMs: responder.clock.now() });
    expect((await only()).incident).toMatchObject({ phase: 'reported', reopenings: 1 });
    await deliver(gone());
    await pass(31 * MINUTE_MS);
    await deliver({ startsAtMs: responder.clock.now() });
    const incidents = await responder.pipeline.listIncidents();
    expect(incidents.map(({ phase }) => phase)).toEqual(['reported', 'resolved']);
  });

  it('does not open another incident for repeats of an alert that a person closed', async () => {
    await deliver({});
    const { incident } = await only();
    await responder.pipeline.close(incident.id, 'ann', 'known');
    await deliver({});
    expect((await only()).incident.phase).toBe('closed');
    await deliver(gone());
    await pass(MINUTE_MS);
    await deliver({ startsAtMs: responder.clock.now() });
    expect((await responder.pipeline.listIncidents()).length).toBe(2);
  });

  it('does not let an alert fire for ever that went away while its incident was closed', async () => {
    const first = { startsAtMs: responder.clock.now() };
    await deliver(first);
    const { incident } = await only();
    await responder.pipeline.close(incident.id, 'ann', 'known');
    await pass(1000);
    await deliver({ startsAtMs: responder.clock.now() });
    await deliver({ ...first, ...gone() });
    await responder.pipeline.reopen(incident.id, 'ann', 'not known after all');
    await responder.pipeline.settle();
    const { incident: opened } = await responder.pipeline.getIncident(incident.id);
    expect(opened.alerts[0]).toMatchObject({ status: 'resolved', endsAtMs: responder.clock.now() });
  });

  it('records the watchdog and opens nothing for it', async () => {
    await deliver({ name: 'CrmWatchdog', labels: { alertname: 'CrmWatchdog' } });
    expect(await responder.pipeline.listIncidents()).toEqual([]);
    const { watchdogLastSeenAtMs } = await responder.pipeline.statistics();
    expect(watchdogLastSeenAtMs).toBe(responder.clock.now());
  });

  it('keeps what it cannot read, and still takes the readable alerts beside it', async () => {
    const { pipeline, clock } = responder;
    const broken = await pipeline.accept('<html>', 'am', clock.now());
    expect(broken).toMatchObject({ kind: 'undecodable', problems: [{ place: '' }] });
    const body = JSON.parse(createWebhookBody([createAlert(), createAlert()])) as {
      alerts: { startsAt: string }[];
    };
    if (body.alerts[0] !== undefined) body.alerts[0].startsAt = 'yesterday';
    const partly = await pipeline.accept(JSON.stringify(body), 'am', clock.now());
    expect(partly).toMatchObject({
      kind: 'accepted',
      events: 1,
      problems: [{ place: 'alerts[0].startsAt' }],
    });
    await pipeline.settle();
    expect((await only()).incident.alerts.length).toBe(1);
    expect((await pipeline.statistics()).quarantinedDeliveries).toBe(2);
  });

  it('sets aside the one event that trips over a defect, and takes those around it', async () => {
    const rows = [1, 2, 3, 4, 5].map((row) => ({
      labels: { alertname: 'CrmApiSlow', target: 'shop', severity: 'warning', row: `${row}` },
    }));
    const body = createWebhookBody(rows.map((changes) => createAlert(changes)));
    await responder.pipeline.accept(body, 'am', responder.clock.now());
    await sql`UPDATE inbox SET event = 'broken' WHERE id = 4`.execute(responder.store.database);
    await responder.pipeline.settle();
    expect((await only()).incident.alerts.map(({ labels }) => labels['row'])).toEqual([
      '1',
      '2',
      '3',
      '5',
    ]);
    const { rows: outcomes } = await sql<{ outcome: string }>`
      SELECT outcome FROM inbox ORDER BY id`.execute(responder.store.database);
    expect(outcomes[3]?.outcome).toMatch(/^failed: /);
    expect(outcomes[4]?.outcome).toBe('joined the incident');
  });

  it('throws store_unavailable when it cannot commit', async () => {
    await responder.store.close();
    const accepting = responder.pipeline.accept(createWebhookBody([createAlert()]), 'am', 0);
    await expect(accepting).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('people', () => {
  it('are refused an incident that does not exist', async () => {
    await expect(responder.pipeline.acknowledge('inc_0', 'ann')).rejects.toMatchObject({
      code: 'unknown_incident',
    });
  });

  it('correct the diagnosis, and the label is kept with its evidence', async () => {
    await deliver({});
    await pass(10_000);
    const { incident } = await only();
    await responder.pipeline.correctDiagnosis(incident.id, 'ann', 'network');
    await responder.pipeline.comment(incident.id, 'ann', 'it was the VPN');
    const labels = await responder.store.database
      .withTables<{ diagnosis_labels: { class: string; actor: string; evidence: string } }>()
      .selectFrom('diagnosis_labels')
      .selectAll()
      .execute();
    expect(labels).toMatchObject([{ class: 'network', actor: 'ann' }]);
    expect(JSON.parse(labels[0]?.evidence ?? '')).toMatchObject({ target: 'shop' });
    expect((await responder.pipeline.statistics()).incidents).toMatchObject([
      { faultClass: 'network', phase: 'repairing', count: 1 },
    ]);
  });

  it('cannot reopen an incident beside an open one about the same', async () => {
    await deliver({});
    const { incident } = await only();
    await responder.pipeline.close(incident.id, 'ann', '');
    await pass(1000);
    await deliver({ startsAtMs: responder.clock.now() });
    const answer = await responder.pipeline.reopen(incident.id, 'ann', '');
    expect(answer.changed).toBe(false);
    expect(answer.reason).toContain('is open about the same');
  });

  it('get no review of an open incident', async () => {
    await deliver({});
    expect(await responder.pipeline.review((await only()).incident.id)).toBeNull();
  });
});

describe('time', () => {
  it('works on its own ticks once started, and stops for good', async () => {
    const { pipeline, clock } = responder;
    pipeline.start();
    pipeline.start();
    await deliver({});
    await clock.advance(10_500);
    await pipeline.settle();
    expect((await only()).incident.phase).toBe('repairing');
    await pipeline.stop();
    await pipeline.stop();
    expect(clock.pendingTimers()).toBe(0);
  });

  it('closes resolved incidents by itself when told to', async () => {
    await responder[Symbol.asyncDispose]();
    const file = join(folder.path, 'closing.db');
    responder = await createTestResponder({ file, settings: { autoCloseMs: MINUTE_MS } });
    await deliver({});
    await deliver(gone());
    expect((await only()).incident.phase).toBe('resolved');
    await pass(MINUTE_MS);
    expect((await only()).incident.phase).toBe('closed');
  });
});

describe('notices', () => {
  it('are tried again with backoff, and given up with a journal entry', async () => {
    responder.world.channel = {
      ...responder.world.channel,
      send: async () => ({ ok: false, why: 'refused', retry: true }),
    };
    await deliver({});
    for (let attempt = 0; attempt < 15; attempt++) await pass(3_600_000);
    const { notifications, journal } = await only();
    expect(notifications[0]).toMatchObject({ state: 'dead', attempts: 12, lastError: 'refused' });
    expect(journal.map(({ line }) => line)).toContain('notification by test given up: refused');
  });

  it('carry the diagnosis and the first steps', async () => {
    responder.world.diagnose = () =>
      createDiagnosis({ answer: 'security_intrusion', probability: 0.8 });
    await deliver({});
    await pass(10_000);
    const diagnosed = responder.sent.find(({ notice }) => notice === 'diagnosed');
    expect(diagnosed).toMatchObject({ answer: 'security_intrusion', phase: 'repairing' });
    expect(diagnosed?.lines).toContain('Cause: Attack or intrusion (80 %).');
  });
});
