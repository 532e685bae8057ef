import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_FLAPPING } from '../../../src/responder/incidents/incidents.ts';
import { replay } from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import { CUT_ANNOTATION, EVENT_LIMITS } from '../../../src/responder/alerts/alerts.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import type { IncidentDetail, PipelineSettings } from '../../../src/responder/pipeline/pipeline.ts';
import { START_MS, createAlert, createWebhookBody } from '../../support/alerts.ts';
import {
  LABELS,
  createFacts,
  createFakeUpstream,
  createPeer,
  createUpstreamAlert,
  createView,
} from '../../support/fake-upstream.ts';
import type { FakeUpstream } from '../../support/fake-upstream.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

let folder: TemporaryFolder;
let upstream: FakeUpstream;
let responder: TestResponder;

async function open(settings: Partial<PipelineSettings> = {}): Promise<TestResponder> {
  return createTestResponder({
    file: join(folder.path, 'responder.db'),
    upstream,
    settings,
    sources: { 'am-1': 'am', 'am-2': 'am' },
    ...(responder === undefined ? {} : { clock: responder.clock }),
  });
}

beforeEach(async () => {
  folder = createTemporaryFolder();
  upstream = createFakeUpstream();
  responder = await open();
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const held = createUpstreamAlert();
const holding = createView([createPeer([held])]);
const empty = createView([createPeer([])]);

async function deliver(changes: Partial<AlertEvent> = {}, sender = 'am-1'): Promise<void> {
  const body = createWebhookBody([createAlert(changes)]);
  await responder.pipeline.accept(body, sender, responder.clock.now());
  await responder.pipeline.settle();
}

/** Time goes by in steps of a second, as the worker's tick would have it. */
async function pass(durationMs: number): Promise<void> {
  for (let goneMs = 0; goneMs < durationMs; goneMs += SECOND_MS) {
    await responder.clock.advance(SECOND_MS);
    await responder.pipeline.settle();
  }
}

/** How long until it holds, at most `limitMs`. */
async function until(condition: () => Promise<boolean>, limitMs: number): Promise<number> {
  const startMs = responder.clock.monotonicMs();
  while (!(await condition())) {
    if (responder.clock.monotonicMs() - startMs >= limitMs) throw new Error('waited in vain');
    await pass(SECOND_MS);
  }
  return responder.clock.monotonicMs() - startMs;
}

async function all(): Promise<readonly Incident[]> {
  return responder.pipeline.listIncidents();
}

async function only(): Promise<IncidentDetail> {
  const [incident, ...others] = await all();
  expect(others).toEqual([]);
  return responder.pipeline.getIncident(incident?.id ?? '');
}

const lines = async (): Promise<readonly string[]> =>
  (await only()).journal.map(({ event, line }) => `${event.actor}: ${line}`);

describe('a lost resolve', () => {
  it.each([30, 60])(
    'is healed within 120 s at looks every %i s, whenever it got lost',
    async (s) => {
      await responder[Symbol.asyncDispose]();
      // The same alert three times within minutes would flap, and its recovery would wait for the calm.
      const flapping = { ...DEFAULT_FLAPPING, isEnabled: false };
      responder = await open({ reconcileIntervalMs: s * SECOND_MS, flapping });
      upstream.set(holding);
      await deliver();
      const slowest = { ms: 0 };
      for (const offsetMs of [0, 1000, 29_000]) {
        upstream.set(holding);
        await pass(2 * MINUTE_MS + offsetMs);
        upstream.set(empty);
        const tookMs = await until(
          async () => (await only()).incident.phase === 'resolved',
          120_000,
        );
        slowest.ms = Math.max(slowest.ms, tookMs);
        expect((await only()).incident).toMatchObject({ confirmation: 'confirmed' });
        await deliver({ startsAtMs: responder.clock.now(), receivedAtMs: responder.clock.now() });
      }
      expect(slowest.ms).toBeLessThanOrEqual(120_000);
      expect(slowest.ms).toBeGreaterThan(40_000);
    },
  );

  it('is told by the reconciler, with the reason, and recovery is still to be proved', async () => {
    responder.world.verification = 'failed';
    upstream.set(empty);
    await deliver();
    await pass(2 * MINUTE_MS);
    const { incident, journal } = await only();
    expect(incident).toMatchObject({ phase: 'verifying', confirmation: 'unconfirmed' });
    expect(incident.alerts).toMatchObject([{ status: 'resolved', endsAtMs: null, sender: 'am-1' }]);
    expect(await lines()).toContain(
      'reconciler: alert CrmUnreachable is gone, because no Alertmanager of am holds it, and Prometheus was asked: it does not fire there',
    );
    expect(replay(journal)).toEqual(incident);
  });

  it('waits for a delivery that is under way', async () => {
    upstream.set(holding);
    await deliver();
    await pass(MINUTE_MS);
    upstream.set(empty);
    await pass(40 * SECOND_MS);
    await deliver({ status: 'resolved', endsAtMs: responder.clock.now() }, 'am-2');
    await pass(2 * MINUTE_MS);
    expect((await only()).incident.phase).toBe('resolved');
    expect((await lines()).filter((line) => line.startsWith('reconciler'))).toEqual([]);
  });

  it('does not end an episode that began meanwhile', async () => {
    await deliver();
    upstream.set(empty);
    await pass(50 * SECOND_MS);
    upstream.set(holding);
    await deliver({ startsAtMs: responder.clock.now() });
    upstream.set(empty);
    await pass(30 * SECOND_MS);
    expect((await only()).incident.alerts[0]?.status).toBe('firing');
  });
});

describe('a firing that was never delivered', () => {
  it('opens an incident by the reconciler, as the Alertmanager holds it', async () => {
    upstream.set(holding);
    await pass(90 * SECOND_MS);
    const { incident } = await only();
    expect(incident.alerts).toMatchObject([
      { sender: 'am', fingerprint: held.fingerprint, startsAtMs: held.startsAtMs },
    ]);
    expect((await lines())[0]).toBe(
      'reconciler: alert CrmUnreachable fires: told by nobody, because the Alertmanager am:9093 holds it as active, and no delivery told',
    );
    await deliver({}, 'am-2');
    expect((await only()).incident.alerts.length).toBe(1);
  });

  it('is held to the bounds of a delivery, under the fingerprint that it has upstream', async () => {
    const many = Array.from({ length: 500 }, (_, index) => [`label_${index}`, 'x'.repeat(5000)]);
    const labels = { ...LABELS, ...Object.fromEntries(many) };
    const alert = createUpstreamAlert({ labels, fingerprint: 'fffe' });
    upstream.set(createView([createPeer([alert])]));
    await pass(90 * SECOND_MS);
    const [taken] = (await only()).incident.alerts;
    expect(taken?.fingerprint).toBe('fffe');
    expect(taken?.labels).toMatchObject(LABELS);
    expect(JSON.stringify(taken?.labels).length).toBeLessThan(2 * EVENT_LIMITS.characters);
    expect(taken?.annotations[CUT_ANNOTATION]).toContain('more');
  });

  it('brings back an alert whose resolve was false, also with the old start', async () => {
    responder.world.verification = 'impossible';
    upstream.set(holding);
    await deliver();
    await deliver({ status: 'resolved', endsAtMs: responder.clock.now() });
    expect((await only()).incident.phase).toBe('verifying');
    await pass(90 * SECOND_MS);
    expect((await only()).incident.alerts[0]?.status).toBe('firing');
    expect((await only()).incident.phase).not.toBe('verifying');
  });

  it('is told once when a person has closed the incident, and not at every look', async () => {
    upstream.set(holding);
    await deliver();
    const { incident } = await only();
    await responder.pipeline.close(incident.id, 'ann', 'known');
    await pass(10 * MINUTE_MS);
    expect((await only()).incident.phase).toBe('closed');
    const { unprocessedEvents } = await responder.pipeline.statistics();
    expect(unprocessedEvents).toBe(0);
  });

  it('tells a later start of what fires already: it ended and fired again', async () => {
    await deliver();
    const startsAtMs = START_MS + 5 * MINUTE_MS;
    upstream.set(createView([createPeer([createUpstreamAlert({ startsAtMs })])]));
    await pass(35 * SECOND_MS);
    expect((await only()).incident.alerts).toMatchObject([{ status: 'firing', startsAtMs }]);
    const before = (await only()).journal.length;
    await pass(5 * MINUTE_MS);
    expect((await only()).journal.length).toBe(before);
  });
});

describe('doubts', () => {
  it('are noted on the incident, kept over a restart, and go when they are settled', async () => {
    const facts = createFacts({ rules: new Map() });
    responder.world.verification = 'impossible';
    upstream.set(createView([createPeer([])], facts));
    await deliver();
    await pass(2 * MINUTE_MS);
    const why = 'Prometheus has no rule CrmUnreachable';
    expect((await only()).incident).toMatchObject({
      phase: 'verifying',
      confirmation: 'unconfirmed',
      upstream: [{ kind: 'rule_deleted', why }],
    });
    await responder[Symbol.asyncDispose]();
    responder = await open();
    responder.world.verification = 'impossible';
    await pass(2 * MINUTE_MS);
    const noted = (await lines()).filter((line) => line === `reconciler: unconfirmed: ${why}`);
    expect(noted.length).toBe(1);
    upstream.set(empty);
    await pass(35 * SECOND_MS);
    expect((await only()).incident.upstream).toEqual([]);
  });

  it('keep the incident open while Prometheus is gone and no Alertmanager holds its alert', async () => {
    upstream.set(createView([createPeer([])], 'unreachable'));
    await deliver();
    await pass(10 * MINUTE_MS);
    expect((await only()).incident).toMatchObject({
      phase: 'repairing',
      confirmation: 'unconfirmed',
      upstream: [{ kind: 'prometheus_unreachable' }],
    });
  });
});

describe('the looks', () => {
  it('go on at their pace when they fail, and hold up nothing', async () => {
    upstream.set(createView([createPeer('unreachable')], 'unreachable'));
    await pass(5 * MINUTE_MS);
    expect(upstream.looks()).toBe(10);
    await deliver();
    expect((await all()).length).toBe(1);
  });
});
