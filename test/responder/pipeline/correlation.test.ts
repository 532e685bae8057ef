import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { isOpen, replay } from '../../../src/responder/incidents/incidents.ts';
import type { CorrelationRules, Incident } from '../../../src/responder/incidents/incidents.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const MINUTE_MS = 60_000;
const RULES: CorrelationRules = {
  dependencies: new Map([['shop', ['db']]]),
  dependencyWithinMs: 5 * MINUTE_MS,
  labelRules: [{ labels: ['cluster'], withinMs: MINUTE_MS }],
};
let folder: TemporaryFolder;
let responder: TestResponder;

async function start(correlation: CorrelationRules = RULES): Promise<void> {
  const file = join(folder.path, 'responder.db');
  responder = await createTestResponder({ file, settings: { correlation } });
}

beforeEach(async () => {
  folder = createTemporaryFolder();
  await start();
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

function alertOf(target: string, changes: Readonly<Record<string, string>> = {}): AlertEvent {
  const receivedAtMs = responder.clock.now();
  const labels = { alertname: 'CrmApiSlow', target, severity: 'warning', ...changes };
  return createAlert({ name: 'CrmApiSlow', labels, startsAtMs: receivedAtMs, receivedAtMs });
}

async function deliver(...events: readonly AlertEvent[]): Promise<void> {
  await responder.pipeline.accept(createWebhookBody(events), 'am', responder.clock.now());
  await responder.pipeline.settle();
}

async function pass(durationMs: number): Promise<void> {
  await responder.clock.advance(durationMs);
  await responder.pipeline.settle();
}

function gone(alert: AlertEvent): AlertEvent {
  return { ...alert, status: 'resolved', endsAtMs: responder.clock.now() };
}

async function incidents(): Promise<readonly Incident[]> {
  return (await responder.pipeline.listIncidents()).toReversed();
}

function targets({ alerts }: Incident): readonly (string | undefined)[] {
  return alerts.map(({ labels }) => labels['target']);
}

describe('an alert of what depends on a target', () => {
  it('joins its open incident, which says why, and ends it only together with its own alerts', async () => {
    const [db, shop] = [alertOf('db'), alertOf('shop')];
    await deliver(db);
    await deliver(shop);
    const [incident, ...others] = await incidents();
    expect(others).toEqual([]);
    expect(incident?.alerts.map(({ because }) => because)).toEqual([
      undefined,
      'shop depends on db',
    ]);
    const { journal } = await responder.pipeline.getIncident(incident?.id ?? '');
    expect(journal.at(-1)?.line).toBe(
      'alert CrmApiSlow fires: CrmApiSlow summary (joined because shop depends on db)',
    );
    await pass(MINUTE_MS);
    await deliver(gone(db));
    expect((await incidents())[0]?.phase).toBe('repairing');
    await deliver(gone(shop));
    await pass(MINUTE_MS);
    const [after] = await incidents();
    expect(after?.phase).toBe('resolved');
    expect(after?.alerts[1]?.because).toBe('shop depends on db');
    const whole = await responder.pipeline.getIncident(after?.id ?? '');
    expect(replay(whole.journal)).toEqual(after);
  });

  it('stays there when it is told again long after, or when the rules are gone', async () => {
    const shop = alertOf('shop');
    await deliver(alertOf('db'), shop);
    await pass(60 * MINUTE_MS);
    await deliver(shop);
    expect((await incidents()).map(targets)).toEqual([['db', 'shop']]);
    const { clock } = responder;
    await responder[Symbol.asyncDispose]();
    const file = join(folder.path, 'responder.db');
    responder = await createTestResponder({ file, clock });
    await deliver(gone(shop));
    expect((await incidents())[0]?.alerts[1]?.status).toBe('resolved');
  });

  it('opens an incident of its own when that of the target began too long ago', async () => {
    await deliver(alertOf('db'));
    await pass(6 * MINUTE_MS);
    await deliver(alertOf('shop'));
    expect((await incidents()).map(targets)).toEqual([['db'], ['shop']]);
  });

  it('goes to the open incident of its own target first', async () => {
    await deliver(alertOf('shop'));
    await pass(1000);
    await deliver(alertOf('db'));
    await deliver(alertOf('shop', { row: '2' }));
    expect((await incidents()).map(targets)).toEqual([['shop', 'shop'], ['db']]);
  });

  it('does not reopen an old incident beside a newer one of the same target', async () => {
    const [db, shop] = [alertOf('db'), alertOf('shop')];
    await deliver(db, shop);
    const [first] = await incidents();
    await pass(MINUTE_MS);
    await deliver(gone(db), gone(shop));
    await pass(40 * MINUTE_MS);
    await deliver(alertOf('db'));
    await pass(10 * MINUTE_MS);
    await deliver(alertOf('shop'));
    const all = await incidents();
    expect(all.map(targets)).toEqual([['db', 'shop'], ['db'], ['shop']]);
    expect(all[0]?.id).toBe(first?.id);
    expect(all[0]?.phase).toBe('resolved');
  });

  it('reopens the incident that it joined when it comes back soon', async () => {
    const [db, shop] = [alertOf('db'), alertOf('shop')];
    await deliver(db, shop);
    await pass(MINUTE_MS);
    await deliver(gone(db), gone(shop));
    await pass(MINUTE_MS);
    await deliver(alertOf('shop'));
    const all = await incidents();
    expect(all.map(({ phase, reopenings }) => [phase, reopenings])).toEqual([['reported', 1]]);
  });
});

describe('alerts with the same labels', () => {
  it('join the incident that one of them opened, for the time of the rule', async () => {
    await deliver(alertOf('a', { cluster: 'c1' }), alertOf('b', { cluster: 'c1' }));
    await pass(1000);
    await deliver(alertOf('c', { cluster: 'c2' }));
    expect((await incidents()).map(targets)).toEqual([['a', 'b'], ['c']]);
    expect((await incidents())[0]?.alerts[1]?.because).toBe('the same cluster c1');
    await pass(2 * MINUTE_MS);
    await deliver(alertOf('d', { cluster: 'c1' }));
    expect((await incidents()).length).toBe(3);
  });
});

const arrival = fc.record({
  target: fc.constantFrom('shop', 'db', 'portal'),
  cluster: fc.constantFrom('', 'c1'),
  isOver: fc.boolean(),
  waitMs: fc.constantFrom(0, 1000, 2 * MINUTE_MS, 10 * MINUTE_MS, 40 * MINUTE_MS),
});

describe('any stream of alerts of targets that depend on each other', () => {
  it('has each alert that fires in one open incident, and each incident is the replay of its journal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arrival, { minLength: 1, maxLength: 12 }), async (stream) => {
        const before = { folder, responder };
        folder = createTemporaryFolder();
        await start();
        try {
          const firing = new Set<string>();
          for (const { target, cluster, isOver, waitMs } of stream) {
            // Each word comes after the last one, also by the clock of the sender.
            await pass(waitMs + 1);
            const alert = alertOf(target, cluster === '' ? {} : { cluster });
            if (isOver) firing.delete(alert.fingerprint);
            else firing.add(alert.fingerprint);
            await deliver(isOver ? gone(alert) : alert);
            const all = await incidents();
            const open = all.filter(({ phase }) => isOpen(phase)).flatMap(({ alerts }) => alerts);
            const told = open.filter(({ status }) => status === 'firing');
            expect(told.map(({ fingerprint }) => fingerprint).sort()).toEqual([...firing].sort());
          }
          for (const incident of await incidents()) {
            const { journal } = await responder.pipeline.getIncident(incident.id);
            expect(replay(journal)).toEqual(incident);
          }
        } finally {
          await responder[Symbol.asyncDispose]();
          folder[Symbol.dispose]();
          ({ folder, responder } = before);
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
