import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toDetailView, toIncidentEvent, toSummaryView } from '../../src/app/incident-views.ts';
import type { IncidentDetail } from '../../src/responder/pipeline/pipeline.ts';
import { START_MS, createAlert, createVerification, createWebhookBody } from '../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../support/responder.ts';
import type { TestResponder } from '../support/responder.ts';

async function onlyIncident({ pipeline }: TestResponder): Promise<IncidentDetail> {
  const [incident] = await pipeline.listIncidents({ limit: 2 });
  const detail = await pipeline.getIncident(incident?.id ?? '');
  return detail;
}

/** A real pipeline whose clock stands still, with one delivery taken in. */
async function createReported(folder: string): Promise<TestResponder> {
  const responder = await createTestResponder({ file: join(folder, 'incidents.sqlite') });
  responder.pipeline.start();
  await deliver(responder, createWebhookBody([createAlert()]));
  return responder;
}

async function deliver({ pipeline, clock }: TestResponder, body: string): Promise<void> {
  await pipeline.accept(body, 'am', clock.now());
  await clock.advance(0);
}

/** Time passes until the incident is in this phase; the test's own limit ends it. */
async function reach(responder: TestResponder, phase: string): Promise<IncidentDetail> {
  for (;;) {
    const [incident] = await responder.pipeline.listIncidents({ limit: 1 });
    if (incident?.phase === phase) return onlyIncident(responder);
    await responder.clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('what the reconciler noted', () => {
  it('is shown while the incident is open, doubts apart from what is muted', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    const { incident } = await reach(responder, 'reported');
    const upstream = [
      { kind: 'rule_deleted', why: 'no rule' },
      { kind: 'silenced', why: 'is silenced' },
    ] as const;
    const shown = { unconfirmedBecause: ['no rule'], muted: ['is silenced'] };
    expect(toSummaryView({ ...incident, upstream })).toMatchObject(shown);
    const over = toSummaryView({ ...incident, upstream, phase: 'resolved' });
    expect(over).toMatchObject({ unconfirmedBecause: [], muted: [] });
  });

  it('stands behind what held up the recovery of this very calm', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    const { incident } = await reach(responder, 'reported');
    const upstream = [{ kind: 'rule_deleted', why: 'no rule' }] as const;
    const stillHeld = ['b still has it'];
    const verification = { ...createVerification('failed', START_MS), stillHeld };
    const verifying = { ...incident, phase: 'verifying', upstream, verification } as const;
    const now = toSummaryView({ ...verifying, quietSinceMs: START_MS });
    expect(now.unconfirmedBecause).toEqual(['b still has it', 'no rule']);
    const later = toSummaryView({ ...verifying, quietSinceMs: START_MS + 1 });
    expect(later.unconfirmedBecause).toEqual(['no rule']);
  });
});

describe('what people are shown of an incident', () => {
  it('shows a report before anything is known', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    const detail = await reach(responder, 'reported');
    const view = toDetailView(detail);
    expect(view).toMatchObject({
      target: 'shop',
      severity: 'critical',
      phase: 'reported',
      recovery: 'none',
      diagnosis: null,
      modelDiagnosis: null,
      correction: null,
      acknowledged: null,
      plan: null,
      verifications: [],
      firingAlerts: 1,
      totalAlerts: 1,
      unconfirmedBecause: [],
      muted: [],
      timesReopened: 0,
    });
    expect(view.alerts[0]).toMatchObject({
      name: 'CrmUnreachable',
      summary: 'CrmUnreachable summary',
      startsAtMs: START_MS - 60_000,
      runbookUrl: null,
      sourceUrl: null,
      joinedBecause: 'it is about shop',
    });
    expect(Object.keys(view.phaseTimes)).toEqual(['reported']);
  });

  it("shows the model's diagnosis, and a person's correction above it", async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    const { incident } = await reach(responder, 'repairing');
    const before = toDetailView(await onlyIncident(responder));
    expect(before.diagnosis).toEqual({
      answer: 'service_outage',
      probability: 0.93,
      corrected: false,
    });
    expect(before.modelDiagnosis).toMatchObject({
      alternatives: [{ answer: 'database', probability: 0.05 }],
      terms: [{ contribution: 3.2, link: null }],
      suspects: [{ component: 'web server', score: 0.8 }],
      model: 'test-model',
      challenger: null,
      whyUnknown: null,
    });
    expect(before.plan?.steps.length).toBeGreaterThan(0);
    await responder.pipeline.correctDiagnosis(incident.id, 'kim', 'network');
    await responder.pipeline.acknowledge(incident.id, 'kim');
    const after = toDetailView(await onlyIncident(responder));
    expect(after.diagnosis).toEqual({
      answer: 'network',
      probability: null,
      corrected: true,
    });
    expect(after.correction).toMatchObject({ by: 'kim', answer: 'network' });
    expect(after.modelDiagnosis?.answer).toBe('service_outage');
    expect(after.acknowledged).toEqual({ by: 'kim', atMs: responder.clock.now() });
  });

  it('shows a timeline in order of time, with what people were told', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    await reach(responder, 'repairing');
    const resolved = createAlert({ status: 'resolved', endsAtMs: responder.clock.now() });
    await deliver(responder, createWebhookBody([resolved]));
    await reach(responder, 'resolved');
    await responder.pipeline.settle();
    const view = toDetailView(await onlyIncident(responder));
    expect(view.recovery).toBe('confirmed');
    expect(view.verifications).toMatchObject([{ probe: 'reachability', outcome: 'passed' }]);
    const times = view.timeline.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    const ids = view.timeline.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(view.timeline.some(({ kind }) => kind === 'notified')).toBe(true);
    expect(view.phaseTimes.resolved).toBe(view.resolvedAtMs);
  });

  it('forgets the phases of an earlier episode once it is reopened', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    await reach(responder, 'repairing');
    const endsAtMs = responder.clock.now();
    await deliver(responder, createWebhookBody([createAlert({ status: 'resolved', endsAtMs })]));
    await reach(responder, 'resolved');
    await responder.clock.advance(60_000);
    const startsAtMs = responder.clock.now();
    await deliver(responder, createWebhookBody([createAlert({ startsAtMs })]));
    const view = toDetailView(await reach(responder, 'reported'));
    expect(view.timesReopened).toBe(1);
    expect(view.resolvedAtMs).toBeNull();
    expect(view.phaseTimes).not.toHaveProperty('resolved');
  });
});

describe('the search box', () => {
  it('finds an incident by target, title, identifier and diagnosis, in any case', async () => {
    using folder = createTemporaryFolder();
    await using responder = await createReported(folder.path);
    const { incident } = await reach(responder, 'repairing');
    const view = toSummaryView(incident);
    const found = async (text: string): Promise<readonly string[]> =>
      (await responder.pipeline.listIncidents({ text })).map(({ id }) => id);
    const answer = 'service_outage';
    for (const text of ['SHOP', answer, incident.id.slice(4), view.title.slice(0, 5)]) {
      expect(await found(text), text).toEqual([incident.id]);
    }
    for (const text of ['another crm', '%', 's_op']) expect(await found(text), text).toEqual([]);
  });
});

describe('live updates', () => {
  it('carry the identifier by which a page asks for what it missed', () => {
    const line = {
      id: 7,
      incidentId: 'i',
      atMs: 5,
      kind: 'acknowledged',
      phase: 'reported',
      actor: 'kim',
      line: 'acknowledged by kim',
    } as const;
    expect(toIncidentEvent(line)).toEqual({
      id: 7,
      incidentId: 'i',
      kind: 'acknowledged',
      text: 'acknowledged by kim',
      at: 5,
    });
  });
});
