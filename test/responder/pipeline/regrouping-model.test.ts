import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { alertIdOf, isOpen, verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import type { CorrelationRules, Incident } from '../../../src/responder/incidents/incidents.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TestResponder } from '../../support/responder.ts';
import { runsOfProperty } from '../../support/test-store.ts';

const MINUTE_MS = 60_000;
const RULES: CorrelationRules = {
  dependencies: new Map([['shop', ['db']]]),
  dependencyWithinMs: 5 * MINUTE_MS,
  labelRules: [{ labels: ['cluster'], withinMs: MINUTE_MS }],
};

const alert = fc.record({
  target: fc.constantFrom('shop', 'db', 'portal'),
  row: fc.constantFrom('1', '2'),
});
const which = fc.nat({ max: 5 });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('fires' as const), alert }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('ends' as const), alert }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('flaps' as const), alert }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('merge' as const), which, into: which }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('split' as const), which, bits: fc.nat() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo merge' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('undo split' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('close' as const), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reopen' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      durationMs: fc.constantFrom(1000, 2 * MINUTE_MS, 10 * MINUTE_MS, 40 * MINUTE_MS),
      verification: fc.constantFrom('passed' as const, 'failed' as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Of a reopened incident that took in another one, while a third is about the target of that one. */
const REOPENED_AFTER_A_MERGE: Step[] = [
  { kind: 'fires', alert: { target: 'db', row: '1' } },
  { kind: 'fires', alert: { target: 'portal', row: '2' } },
  { kind: 'merge', which: 1, into: 0 },
  { kind: 'close', which: 0 },
  { kind: 'fires', alert: { target: 'portal', row: '1' } },
  { kind: 'reopen', which: 0 },
  { kind: 'fires', alert: { target: 'portal', row: '2' } },
];

/** What is true upstream: the alerts that fire, since when. */
type Truth = Map<string, AlertEvent>;

function alertOf(
  { clock }: TestResponder,
  { target, row }: { readonly target: string; readonly row: string },
): AlertEvent {
  const nowMs = clock.now();
  const labels = { alertname: 'CrmApiSlow', target, row, severity: 'warning' };
  const clustered = target === 'portal' ? { ...labels, cluster: 'c1' } : labels;
  const times = { startsAtMs: nowMs, receivedAtMs: nowMs };
  return createAlert({ name: 'CrmApiSlow', labels: clustered, ...times });
}

async function all({ pipeline }: TestResponder): Promise<readonly Incident[]> {
  return (await pipeline.listIncidents({ limit: 500 })).toReversed();
}

async function deliver({ pipeline, clock }: TestResponder, event: AlertEvent): Promise<void> {
  await pipeline.accept(createWebhookBody([event]), 'am', clock.now());
  await pipeline.settle();
}

async function take(responder: TestResponder, item: Step, truth: Truth): Promise<void> {
  const { pipeline, clock, world } = responder;
  const incidents = await all(responder);
  const incident = (index: number): Incident | undefined =>
    incidents[incidents.length === 0 ? 0 : index % incidents.length];
  switch (item.kind) {
    case 'fires': {
      const event = alertOf(responder, item.alert);
      const told = truth.get(event.fingerprint) ?? event;
      truth.set(event.fingerprint, told);
      return deliver(responder, told);
    }
    case 'ends': {
      const event = alertOf(responder, item.alert);
      const started = truth.get(event.fingerprint) ?? event;
      truth.delete(event.fingerprint);
      return deliver(responder, { ...started, status: 'resolved', endsAtMs: clock.now() });
    }
    case 'flaps': {
      // It ended and fired again, and only that it fires is told.
      const event = alertOf(responder, item.alert);
      truth.set(event.fingerprint, event);
      return deliver(responder, event);
    }
    case 'pass':
      world.verification = item.verification;
      await clock.advance(item.durationMs);
      return pipeline.settle();
    default: {
      const chosen = incident(item.which);
      if (chosen === undefined) return;
      await act(responder, item, chosen, incident('into' in item ? item.into : 0) ?? chosen);
      return pipeline.settle();
    }
  }
}

async function act(
  { pipeline }: TestResponder,
  item: Extract<Step, { which: number }>,
  { id, alerts }: Incident,
  other: Incident,
): Promise<unknown> {
  switch (item.kind) {
    case 'merge':
      return pipeline.merge(id, other.id, 'ann', 'the same');
    case 'split': {
      const chosen = alerts.filter((_, index) => ((item.bits >> index) & 1) === 1);
      return pipeline.split(id, chosen.map(alertIdOf), 'ann', 'another');
    }
    case 'undo merge':
      return pipeline.undoMerge(id, 'ann', '');
    case 'undo split':
      return pipeline.undoSplit(id, 'ann', '');
    case 'close':
      return pipeline.close(id, 'ann', '');
    case 'reopen':
      return pipeline.reopen(id, 'ann', '');
  }
}

/** Whether a person closed the incident of this very episode of the alert. */
function isClosedAway(incidents: readonly Incident[], told: AlertEvent): boolean {
  return incidents.some(
    ({ phase, alerts }) =>
      phase === 'closed' &&
      alerts.some(
        (held) =>
          held.fingerprint === told.fingerprint &&
          held.status === 'firing' &&
          held.startsAtMs >= told.startsAtMs,
      ),
  );
}

async function assertTrue(responder: TestResponder, truth: Truth): Promise<void> {
  const incidents = await all(responder);
  const open = incidents.filter(({ phase }) => isOpen(phase));
  expect(new Set(open.map(({ scope }) => scope)).size).toBe(open.length);
  const held = open.flatMap(({ alerts }) => alerts.filter(({ status }) => status === 'firing'));
  const heldOnce = new Set(held.map(({ fingerprint }) => fingerprint));
  // No alert fires in two open incidents, and none that has ended.
  expect(held.length).toBe(heldOnce.size);
  for (const fingerprint of heldOnce) expect(truth.has(fingerprint)).toBe(true);
  // Each alert that fires is in one, unless a person closed it away.
  for (const told of truth.values()) {
    expect(heldOnce.has(told.fingerprint) || isClosedAway(incidents, told)).toBe(true);
  }
  for (const incident of incidents) {
    expect(incident.alerts.length).toBeGreaterThan(0);
    if (incident.phase === 'verifying' || incident.phase === 'resolved') {
      expect(incident.alerts.every(({ status }) => status === 'resolved')).toBe(true);
    }
  }
}

describe('any sequence of alerts, merges, splits and their undoing', () => {
  it('has each alert that fires in one open incident, each the replay of its journal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
        using folder = createTemporaryFolder();
        await using responder = await createTestResponder({
          file: join(folder.path, 'regrouping.db'),
          settings: { correlation: RULES },
        });
        const truth: Truth = new Map();
        for (const item of steps) {
          // Each word comes after the last one, also by the clock of the sender.
          await responder.clock.advance(1);
          await take(responder, item, truth);
          await assertTrue(responder, truth);
        }
        // Each snapshot is the replay of its journal, too.
        const { problems } = await verifyJournal(responder.store.database);
        expect(problems).toEqual([]);
      }),
      { numRuns: runsOfProperty(40), examples: [[REOPENED_AFTER_A_MERGE]] },
    );
  }, 300_000);
});
