import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { AlertEvent } from '../../src/responder/alerts/alerts.ts';
import { alertIdOf, describeMembership, replay } from '../../src/responder/incidents/incidents.ts';
import type { Incident } from '../../src/responder/incidents/incidents.ts';
import { createAlert, createWebhookBody } from './alerts.ts';
import { createTemporaryFolder, createTestResponder } from './responder.ts';
import type { TemporaryFolder, TestResponder } from './responder.ts';

export const MINUTE_MS = 60_000;

/** The responder of the test that runs now. */
export let responder: TestResponder;
let folder: TemporaryFolder;

/** A responder for each test, whose incidents are at its end what their journals say. */
export function useResponder(): void {
  beforeEach(async () => {
    folder = createTemporaryFolder();
    responder = await createTestResponder({ file: join(folder.path, 'responder.db') });
  });

  afterEach(async () => {
    for (const incident of await responder.pipeline.listIncidents({ limit: 500 })) {
      const { journal } = await responder.pipeline.getIncident(incident.id);
      expect(replay(journal)).toEqual(incident);
    }
    await responder[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });
}

export function alertOf(
  target: string,
  changes: Readonly<Record<string, string>> = {},
): AlertEvent {
  const nowMs = responder.clock.now();
  const labels = { alertname: 'CrmApiSlow', target, severity: 'warning', ...changes };
  return createAlert({ name: 'CrmApiSlow', labels, startsAtMs: nowMs, receivedAtMs: nowMs });
}

export async function deliver(...events: readonly AlertEvent[]): Promise<void> {
  await responder.pipeline.accept(createWebhookBody(events), 'am', responder.clock.now());
  await responder.pipeline.settle();
}

export async function pass(durationMs: number): Promise<void> {
  await responder.clock.advance(durationMs);
  await responder.pipeline.settle();
}

export function gone(alert: AlertEvent): AlertEvent {
  return { ...alert, status: 'resolved', endsAtMs: responder.clock.now() };
}

export async function get(id: string): Promise<Incident> {
  return (await responder.pipeline.getIncident(id)).incident;
}

export async function newestId(): Promise<string> {
  return (await responder.pipeline.listIncidents({ limit: 1 }))[0]?.id ?? '';
}

/** Opens an incident for each target, the notices of each told. */
export async function open(...targets: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const target of targets) {
    await deliver(alertOf(target));
    ids.push(await newestId());
    await pass(MINUTE_MS);
  }
  return ids;
}

export function firing({ alerts }: Incident): readonly string[] {
  return alerts
    .filter(({ status }) => status === 'firing')
    .map(({ labels }) => labels['target'] ?? '');
}

export function reasons(incident: Incident): readonly string[] {
  return incident.alerts.map((alert) => describeMembership(incident, alert));
}

export async function lines(id: string): Promise<readonly string[]> {
  return (await responder.pipeline.getIncident(id)).journal.map(({ line }) => line);
}

export function notices(id: string): readonly string[] {
  return responder.sent.flatMap(({ incidentId, notice }) => (incidentId === id ? [notice] : []));
}

export async function merge(
  id: string,
  into: string,
  why = 'the same outage',
): ReturnType<TestResponder['pipeline']['merge']> {
  const answer = await responder.pipeline.merge(id, into, 'ann', why);
  await responder.pipeline.settle();
  return answer;
}

export async function undoMerge(id: string): ReturnType<TestResponder['pipeline']['merge']> {
  const answer = await responder.pipeline.undoMerge(id, 'bob', 'not the same');
  await responder.pipeline.settle();
  return answer;
}

export async function split(
  id: string,
  ...targets: readonly string[]
): ReturnType<TestResponder['pipeline']['merge']> {
  const { alerts } = await get(id);
  const chosen = alerts.filter(({ labels }) => targets.includes(labels['target'] ?? ''));
  const answer = await responder.pipeline.split(id, chosen.map(alertIdOf), 'ann', 'another fault');
  await responder.pipeline.settle();
  return answer;
}
