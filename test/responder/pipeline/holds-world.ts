import { join } from 'node:path';
import { expect } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { replay, verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import type { MaintenanceWindow } from '../../../src/responder/incidents/incidents.ts';
import type { PipelineSettings, WindowAnswer } from '../../../src/responder/pipeline/pipeline.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TestResponder } from '../../support/responder.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

export type WantedWindow = {
  readonly targets?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly startsInMs?: number;
  readonly lastsMs?: number;
};

/** A responder whose time the test moves, with words for what keeps people from being told. */
export type HoldsWorld = {
  readonly responder: TestResponder;
  /** The same database, with the time that passed meanwhile. */
  restart(settings?: Partial<PipelineSettings>, meanwhileMs?: number): Promise<void>;
  /** That begins to fire now. */
  alertOf(target: string, changes?: Partial<AlertEvent>): Partial<AlertEvent>;
  gone(alert: Partial<AlertEvent>): Partial<AlertEvent>;
  deliver(...events: readonly Partial<AlertEvent>[]): Promise<void>;
  pass(durationMs: number): Promise<void>;
  maintain(wanted?: WantedWindow): Promise<MaintenanceWindow>;
  /** Each notice that was sent, with its target. */
  told(): readonly string[];
  /** What the journal of the newest incident says of holds; it is replayed besides. */
  holds(): Promise<readonly string[]>;
  windowJournal(id: string): Promise<readonly string[]>;
  /** Whatever a test does, the journal proves it. */
  end(): Promise<void>;
};

export function windowOf(answer: WindowAnswer): MaintenanceWindow {
  if (answer.status !== 'done') throw new Error(JSON.stringify(answer));
  return answer.window;
}

export async function createHoldsWorld(
  settings: Partial<PipelineSettings> = {},
): Promise<HoldsWorld> {
  const folder = createTemporaryFolder();
  const file = join(folder.path, 'responder.db');
  let responder = await createTestResponder({ file, settings });
  const sent: TestResponder['sent'] = [];

  async function pass(durationMs: number): Promise<void> {
    await responder.clock.advance(durationMs);
    await responder.pipeline.settle();
  }

  return {
    get responder() {
      return responder;
    },
    async restart(changed = settings, meanwhileMs = 0) {
      const { clock } = responder;
      sent.push(...responder.sent);
      await responder[Symbol.asyncDispose]();
      await clock.advance(meanwhileMs);
      responder = await createTestResponder({ file, clock, settings: changed });
      await responder.pipeline.settle();
    },
    alertOf(target, changes = {}) {
      const labels = { alertname: 'CrmApiSlow', target, severity: 'warning', ...changes.labels };
      return { startsAtMs: responder.clock.now(), name: labels.alertname, ...changes, labels };
    },
    gone: (alert) => ({ ...alert, status: 'resolved', endsAtMs: responder.clock.now() }),
    async deliver(...events) {
      const body = createWebhookBody(events.map((changes) => createAlert(changes)));
      await responder.pipeline.accept(body, 'am', responder.clock.now());
      await responder.pipeline.settle();
    },
    pass,
    async maintain(wanted = {}) {
      const { targets = ['shop'], labels = {}, name = 'release' } = wanted;
      const startsAtMs = responder.clock.now() + (wanted.startsInMs ?? 0);
      const endsAtMs = startsAtMs + (wanted.lastsMs ?? HOUR_MS);
      const what = { name, reason: 'release 7', scope: { targets, labels } };
      const request = { ...what, startsAtMs, endsAtMs };
      const window = windowOf(await responder.pipeline.maintenance.create(request, 'ann'));
      await responder.pipeline.settle();
      return window;
    },
    told: () =>
      [...sent, ...responder.sent].map(({ notice, target }) => `${notice} ${target ?? ''}`.trim()),
    async holds() {
      const [incident] = await responder.pipeline.listIncidents();
      const { journal } = await responder.pipeline.getIncident(incident?.id ?? '');
      expect(replay(journal)).toEqual(incident);
      return journal
        .filter(({ event }) => /maintenance|hold_off|flapping/.test(event.kind))
        .map(({ event, line }) => `${event.kind}: ${line}`);
    },
    async windowJournal(id) {
      const { journal = [] } = (await responder.pipeline.maintenance.get(id)) ?? {};
      return journal.map(({ kind, actor, line }) => `${kind} by ${actor}: ${line}`);
    },
    async end() {
      const { problems } = await verifyJournal(responder.store.database);
      await responder[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
      expect(problems).toEqual([]);
    },
  };
}
