import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { isOpen, replay } from '../../../src/responder/incidents/incidents.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const MINUTE_MS = 60_000;
const file = (): string => join(folder.path, 'responder.db');
let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: file() });
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

type Which = { readonly target: string; readonly row?: number; readonly severity?: string };

function alertOf({ target, row = 0, severity = 'warning' }: Which): Partial<AlertEvent> {
  return { labels: { alertname: 'CrmApiSlow', target, severity, row: String(row) } };
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function deliver(...events: readonly Partial<AlertEvent>[]): Promise<void> {
  const body = createWebhookBody(events.map((changes) => createAlert(changes)));
  await responder.pipeline.accept(body, 'am', responder.clock.now());
  await responder.pipeline.settle();
}

async function pass(durationMs: number): Promise<void> {
  await responder.clock.advance(durationMs);
  await responder.pipeline.settle();
}

function gone(alert: Partial<AlertEvent>): Partial<AlertEvent> {
  return { ...alert, status: 'resolved', endsAtMs: responder.clock.now() };
}

function told(): readonly string[] {
  return responder.sent.map(({ notice }) => notice);
}

describe('a storm of incidents', () => {
  it('opens each of them, and is told twice: that it began, and that all are over', async () => {
    const alerts = range(40).flatMap((target) =>
      range(5).map((row) => alertOf({ target: `crm${target}`, row })),
    );
    await deliver(...alerts);
    await pass(10_000);
    expect((await responder.pipeline.listIncidents({ open: true })).length).toBe(40);
    expect(told()).toEqual(['storm']);
    const [message] = responder.sent;
    expect(message).toMatchObject({ title: 'storm of 40 incidents', severity: 'warning' });
    expect(message?.lines).toContain('And 35 more.');
    await pass(MINUTE_MS);
    await deliver(...alerts.slice(5).map(gone));
    await pass(10 * MINUTE_MS);
    expect(told()).toEqual(['storm']);
    await deliver(...alerts.slice(0, 5).map(gone));
    await pass(10_000);
    expect(told()).toEqual(['storm', 'storm_over']);
    expect(responder.sent.at(-1)?.lines[0]).toMatch(
      /^All 40 incidents of the storm are over after 11 min/,
    );
    expect(responder.sent.at(-1)?.lines.at(-1)).toEqual('120 notices were held back.');
  });

  it('takes back what waits when incidents come one by one, and is told three times in all', async () => {
    for (const target of range(20)) {
      await deliver(alertOf({ target: `crm${target}` }));
      await pass(1000);
    }
    await pass(MINUTE_MS);
    expect(told()).toEqual(['opened', 'storm']);
    await deliver(...range(20).map((target) => gone(alertOf({ target: `crm${target}` }))));
    await pass(5 * MINUTE_MS);
    expect(told()).toEqual(['opened', 'storm', 'storm_over']);
  });

  it('goes on over a restart', async () => {
    await deliver(...range(6).map((target) => alertOf({ target: `crm${target}` })));
    const { clock } = responder;
    await responder[Symbol.asyncDispose]();
    responder = await createTestResponder({ file: file(), clock });
    await deliver(alertOf({ target: 'another' }));
    await pass(MINUTE_MS);
    expect(told()).toEqual([]);
    const all = [...range(6).map((target) => `crm${target}`), 'another'];
    await deliver(...all.map((target) => gone(alertOf({ target }))));
    await pass(5 * MINUTE_MS);
    expect(responder.sent.map(({ title }) => title)).toEqual(['storm of 7 incidents']);
  });

  it('lets later incidents be told on their own, and those that come back', async () => {
    await deliver(...range(6).map((target) => alertOf({ target: `crm${target}` })));
    await pass(5 * MINUTE_MS);
    await deliver(alertOf({ target: 'later' }));
    await pass(10_000);
    expect(told()).toEqual(['storm', 'opened', 'diagnosed']);
    await deliver(...range(6).map((target) => gone(alertOf({ target: `crm${target}` }))));
    await pass(MINUTE_MS);
    expect(told().at(-1)).toBe('storm_over');
    const startsAtMs = responder.clock.now();
    await deliver({ ...alertOf({ target: 'crm0' }), startsAtMs });
    await pass(10_000);
    expect(told().slice(-2)).toEqual(['storm_over', 'reopened']);
  });
});

describe('few incidents', () => {
  it('are told one by one, the later ones after a short wait with their diagnosis', async () => {
    await deliver(alertOf({ target: 'a' }));
    expect(told()).toEqual(['opened']);
    await pass(MINUTE_MS);
    expect(told()).toEqual(['opened', 'diagnosed']);
    await deliver(alertOf({ target: 'b' }));
    expect(told()).toEqual(['opened', 'diagnosed']);
    await pass(10_000);
    expect(told()).toEqual(['opened', 'diagnosed', 'opened']);
    expect(responder.sent.at(-1)?.answer).toBe('service_outage');
    await deliver(gone(alertOf({ target: 'b' })));
    await pass(MINUTE_MS);
    expect(told().at(-1)).toBe('resolved');
  });

  it('never hear that it is over before they hear that it began', async () => {
    await deliver(alertOf({ target: 'a' }));
    await deliver(alertOf({ target: 'b' }));
    await deliver(gone(alertOf({ target: 'b' })));
    await pass(MINUTE_MS);
    const ofB = responder.sent.filter(({ target }) => target === 'b');
    expect(ofB.map(({ notice }) => notice)).toEqual(['opened', 'resolved']);
  });
});

describe('a storm of alerts in one incident', () => {
  it('is told three times, the last time when it is over', async () => {
    const warnings = range(2500).map((row) => alertOf({ target: 'shop', row }));
    const criticals = range(20).map((row) =>
      alertOf({ target: 'shop', row, severity: 'critical' }),
    );
    await deliver(...warnings);
    await pass(MINUTE_MS);
    await deliver(...criticals);
    await pass(MINUTE_MS);
    expect(told()).toEqual(['opened', 'diagnosed']);
    await deliver(...[...warnings, ...criticals].map(gone));
    await pass(MINUTE_MS);
    expect(told()).toEqual(['opened', 'diagnosed', 'resolved']);
    const [incident] = await responder.pipeline.listIncidents();
    const { journal } = await responder.pipeline.getIncident(incident?.id ?? '');
    expect(incident?.alerts.length).toBe(2520);
    expect(replay(journal)).toEqual(incident);
    expect(journal.length).toBeLessThan(20);
  });
});

const arrival = fc.record({
  target: fc.integer({ min: 0, max: 9 }),
  rows: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
  isOver: fc.boolean(),
  waitMs: fc.integer({ min: 0, max: 600 }),
});

describe('any stream of alerts', () => {
  it('has one open incident per target, each the replay of its journal, and at most three pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 15 }), async (stream) => {
        using place = createTemporaryFolder();
        await using fresh = await createTestResponder({ file: join(place.path, 'storm.db') });
        fresh.world.verification = 'failed';
        const before = responder;
        responder = fresh;
        try {
          for (const { target, rows, isOver, waitMs } of stream) {
            const alerts = rows.map((row) => alertOf({ target: `crm${target}`, row }));
            const startsAtMs = fresh.clock.now() + 1;
            const firing = alerts.map((alert) => ({ ...alert, startsAtMs }));
            await deliver(...(isOver ? alerts.map(gone) : firing));
            await fresh.clock.advance(waitMs);
          }
          await pass(MINUTE_MS);
        } finally {
          responder = before;
        }
        const incidents = await fresh.pipeline.listIncidents();
        for (const incident of incidents) {
          const { journal } = await fresh.pipeline.getIncident(incident.id);
          expect(replay(journal)).toEqual(incident);
        }
        const open = incidents.filter(({ phase }) => isOpen(phase)).map(({ target }) => target);
        const firing = stream.filter(({ isOver }) => !isOver).map(({ target }) => `crm${target}`);
        expect(new Set(open)).toEqual(new Set(firing));
        expect(open.length).toBe(new Set(open).size);
        const pages = fresh.sent.length;
        expect(pages).toBeLessThanOrEqual(open.length > 5 ? 3 : open.length * 2);
        expect(pages > 0).toBe(open.length > 0);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
