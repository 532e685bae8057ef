import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toSummaryView } from '../../../src/app/incident-views.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { compactedEventOf, replay } from '../../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../../src/responder/incidents/incidents.ts';
import type { UpstreamView } from '../../../src/responder/upstream/upstream.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import {
  LABELS,
  createFacts,
  createFakeUpstream,
  createPeer,
  createPrometheusAlert,
  createUpstreamAlert,
  createView,
} from '../../support/fake-upstream.ts';
import type { FakeUpstream } from '../../support/fake-upstream.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const RETRY_MS = 30_000;

let folder: TemporaryFolder;
let upstream: FakeUpstream;
let responder: TestResponder;

async function open(isAsked = true): Promise<TestResponder> {
  return createTestResponder({
    file: join(folder.path, 'responder.db'),
    ...(isAsked ? { upstream } : {}),
    sources: { 'am-1': 'am', 'am-2': 'am' },
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
const silenced = createUpstreamAlert({ state: 'suppressed', isSilenced: true });
const peerOf = (
  name: string,
  alerts: Parameters<typeof createPeer>[0],
): ReturnType<typeof createPeer> => createPeer(alerts, { name });
const none = createView([peerOf('a', []), peerOf('b', [])]);
const both = createView([peerOf('a', [held]), peerOf('b', [held])]);

async function deliver(...events: readonly Partial<AlertEvent>[]): Promise<void> {
  const body = createWebhookBody(events.map((changes) => createAlert(changes)));
  await responder.pipeline.accept(body, 'am-1', responder.clock.now());
  await responder.pipeline.settle();
}

/** The peer `a` tells the end while upstream is so. */
async function end(view: UpstreamView, changes: Partial<AlertEvent> = {}): Promise<void> {
  upstream.set(view);
  await deliver({ ...changes, status: 'resolved', endsAtMs: responder.clock.now() });
}

async function pass(durationMs: number): Promise<void> {
  for (let goneMs = 0; goneMs < durationMs; goneMs += SECOND_MS) {
    await responder.clock.advance(SECOND_MS);
    await responder.pipeline.settle();
  }
}

async function only(): Promise<Incident> {
  const [incident, ...others] = await responder.pipeline.listIncidents();
  if (incident === undefined || others.length > 0) throw new Error('expected one incident');
  return incident;
}

async function journal(): Promise<readonly string[]> {
  const detail = await responder.pipeline.getIncident((await only()).id);
  expect(replay(detail.journal)).toEqual(detail.incident);
  return detail.journal.map(({ line }) => line);
}

const told = (): readonly string[] => responder.sent.map(({ notice }) => notice);

describe('two peers that disagree', () => {
  beforeEach(async () => {
    upstream.set(both);
    await deliver({});
  });

  it('tell nobody that it is over while one still has the alert, which is said on it', async () => {
    const why = 'Alertmanager b still has CrmUnreachable active';
    await end(createView([peerOf('a', []), peerOf('b', [held])]));
    const incident = await only();
    expect(incident).toMatchObject({
      phase: 'verifying',
      confirmation: 'unconfirmed',
      verification: { outcome: 'failed', why, stillHeld: [why] },
    });
    expect(toSummaryView(incident)).toMatchObject({
      recovery: 'unconfirmed',
      unconfirmedBecause: [why],
    });
    expect(await journal()).toContain(`recovery not verified: ${why}`);
    // As the reconciler believes it, the alert fires again: in the same episode, and with no page.
    await pass(1.5 * MINUTE_MS);
    expect(await only()).toMatchObject({ phase: 'repairing', reopenings: 0 });
    await end(none);
    expect(await only()).toMatchObject({ phase: 'resolved', confirmation: 'confirmed' });
    expect(told()).not.toContain('reopened');
    expect(told().filter((notice) => notice === 'resolved').length).toBe(1);
  });

  it('are asked again at the usual interval, and believed once they agree', async () => {
    await end(createView([peerOf('a', []), peerOf('b', [held])]));
    upstream.set(none);
    await pass(RETRY_MS - SECOND_MS);
    expect((await only()).phase).toBe('verifying');
    await pass(2 * SECOND_MS);
    const incident = await only();
    expect(incident).toMatchObject({ phase: 'resolved', confirmation: 'confirmed' });
    expect(incident.verification?.stillHeld).toBeUndefined();
    expect(toSummaryView(incident).unconfirmedBecause).toEqual([]);
  });

  it('hold it up also when a silence keeps the alert from being told, and it is said once', async () => {
    await end(createView([peerOf('a', []), peerOf('b', [silenced])]));
    await pass(10 * MINUTE_MS);
    expect(await only()).toMatchObject({ phase: 'verifying', confirmation: 'unconfirmed' });
    const line =
      'recovery not verified: Alertmanager b still has CrmUnreachable firing, but silenced';
    expect((await journal()).filter((each) => each === line).length).toBe(1);
    // Its resolve_timeout, or the end that Prometheus had told it, ends what nobody tells it any more.
    upstream.set(none);
    await pass(5 * MINUTE_MS);
    expect((await only()).phase).toBe('resolved');
  });

  it('do not hold it up for ever when one of them is dead: the probes and the others decide', async () => {
    await end(createView([peerOf('a', []), peerOf('b', 'unreachable')]));
    expect((await only()).phase).toBe('resolved');
  });

  it('are not asked while the probes fail', async () => {
    responder.world.verification = 'failed';
    const before = upstream.looks();
    await end(none);
    expect((await only()).phase).toBe('verifying');
    expect(upstream.looks()).toBe(before);
  });

  it('leave it to a person to close what one has for ever', async () => {
    await end(createView([peerOf('a', []), peerOf('b', [silenced])]));
    const { id } = await only();
    await responder.pipeline.close(id, 'ann', 'a stale alert of b');
    await pass(MINUTE_MS);
    const incident = await only();
    expect(incident.phase).toBe('closed');
    expect(toSummaryView(incident).unconfirmedBecause).toEqual([]);
    // The text goes with the other texts.
    const { kept } = compactedEventOf(incident, 'ann', { rule: 'retention', atMs: 0 });
    expect(JSON.stringify(kept)).not.toContain('still has');
  });
});

describe('Prometheus', () => {
  const firing = (state: 'firing' | 'pending'): UpstreamView => {
    const alerts = new Map([['CrmUnreachable', [createPrometheusAlert({ state })]]]);
    return createView([peerOf('a', [])], createFacts({ alerts }));
  };

  it.each(['firing', 'pending'] as const)(
    'holds it up while it has the alert %s',
    async (state) => {
      upstream.set(both);
      await deliver({});
      await end(firing(state));
      const why = `Prometheus still has CrmUnreachable ${state}`;
      expect(await only()).toMatchObject({ phase: 'verifying', verification: { why } });
      upstream.set(none);
      await pass(RETRY_MS + SECOND_MS);
      expect((await only()).phase).toBe('resolved');
    },
  );

  it('holds nothing up when it cannot be asked', async () => {
    upstream.set(both);
    await deliver({});
    await end(createView([peerOf('a', []), peerOf('b', [])], 'unreachable'));
    expect((await only()).phase).toBe('resolved');
  });
});

describe('incidents that recover together', () => {
  const NAMES = Array.from({ length: 12 }, (_, index) => `crm-${index}`);
  const labelled = NAMES.map((target) => ({ labels: { ...LABELS, target } }));

  it('share what was asked after the last of their alerts was gone', async () => {
    upstream.set(createView([peerOf('a', labelled.map(createUpstreamAlert))]));
    await deliver(...labelled);
    const before = upstream.looks();
    upstream.set(none);
    responder.world.verification = 'failed';
    const endsAtMs = responder.clock.now();
    await deliver(
      ...labelled.map((event) => ({ ...event, status: 'resolved' as const, endsAtMs })),
    );
    responder.world.verification = 'passed';
    await responder.clock.advance(RETRY_MS);
    await responder.pipeline.settle();
    const incidents = await responder.pipeline.listIncidents();
    expect(incidents.map(({ phase }) => phase)).toEqual(NAMES.map(() => 'resolved'));
    // One for all of them, and those of the reconciler.
    expect(upstream.looks() - before).toBeLessThanOrEqual(3);
  });
});

describe('where nobody can be asked', () => {
  it('fresh probes alone decide, as ever', async () => {
    await responder[Symbol.asyncDispose]();
    responder = await open(false);
    await deliver({});
    await end(both);
    expect(await only()).toMatchObject({ phase: 'resolved', confirmation: 'confirmed' });
    expect(upstream.looks()).toBe(0);
  });
});
