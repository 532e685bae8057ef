import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal, replay, verifyJournal } from '../../../src/responder/incidents/incidents.ts';
import { START_MS, createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

let folder: TemporaryFolder;
let replicas: readonly [TestResponder, TestResponder];

beforeEach(async () => {
  folder = createTemporaryFolder();
  const file = join(folder.path, 'responder.db');
  const first = await createTestResponder({ file });
  const second = await createTestResponder({ file, clock: first.clock });
  replicas = [first, second];
});
afterEach(async () => {
  for (const replica of replicas) await replica[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

async function deliver(replica: TestResponder, target: string, isOver = false): Promise<void> {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  const over = { status: 'resolved', endsAtMs: START_MS } as const;
  const body = createWebhookBody([createAlert({ labels, ...(isOver ? over : {}) })]);
  await replica.pipeline.accept(body, 'am', replica.clock.now());
}

describe('two responders on one database', () => {
  it('take each event once, whoever accepted it, and open one incident per target', async () => {
    const targets = Array.from({ length: 40 }, (_, index) => `crm${index % 20}`);
    const [first, second] = replicas;
    await Promise.all(
      targets.map(async (target, index) => deliver(index % 2 === 0 ? first : second, target)),
    );
    await Promise.all([first.pipeline.settle(), second.pipeline.settle()]);
    const incidents = await first.pipeline.listIncidents({ limit: 500 });
    expect(incidents.length).toBe(20);
    expect(new Set(incidents.map(({ target }) => target))).toEqual(new Set(targets));
    const { database } = first.store;
    const { rows } = await sql<{ outcome: string; count: number }>`
      SELECT outcome, count(*) AS count FROM inbox GROUP BY outcome`.execute(database);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(targets.length);
    expect(rows.map(({ outcome }) => outcome)).not.toContain(null);
    for (const incident of incidents) {
      expect(replay(await readJournal(database, incident.id))).toEqual(incident);
    }
    expect((await verifyJournal(database, {})).problems).toEqual([]);
  });

  it('hear the end of an alert in one that the other one has heard the beginning of', async () => {
    const [first, second] = replicas;
    await deliver(first, 'shop');
    await first.pipeline.settle();
    await deliver(second, 'shop', true);
    await second.pipeline.settle();
    const [incident] = await first.pipeline.listIncidents();
    expect(incident).toMatchObject({ phase: 'resolved' });
    const notices = [...first.sent, ...second.sent].map(({ id }) => id);
    expect(new Set(notices).size).toBe(notices.length);
  });
});

describe('changes of people by two replicas at once', () => {
  async function open(): Promise<string> {
    const [first] = replicas;
    await deliver(first, 'shop');
    await first.pipeline.settle();
    const [incident] = await first.pipeline.listIncidents();
    if (incident === undefined) throw new Error('not opened');
    return incident.id;
  }

  it('are made once of the same state, and the others hear that it moved on', async () => {
    const id = await open();
    const [{ pipeline }] = replicas;
    const { sequence } = (await pipeline.getIncident(id)).incident;
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map(async (index, turn) =>
        replicas[index]?.pipeline.comment(id, `person${turn}`, `comment ${turn}`, {
          expectedSequences: [sequence],
        }),
      ),
    );
    expect(answers.filter((answer) => answer?.changed)).toHaveLength(1);
    expect(answers.filter((answer) => answer?.conflict === 'stale')).toHaveLength(5);
    const { journal } = await pipeline.getIncident(id);
    expect(journal.filter(({ event }) => event.kind === 'commented')).toHaveLength(1);
  });

  it('are made once with the same key, and the others get the answer of the first', async () => {
    const id = await open();
    const [{ pipeline }] = replicas;
    const once = { actor: 'ada', key: 'k1', fingerprint: 'comment' };
    const answers = await Promise.all(
      [0, 1, 0, 1].map(async (index) =>
        replicas[index]?.pipeline.comment(id, 'ada', 'once', { once }),
      ),
    );
    expect(answers.map((answer) => answer?.changed)).toEqual([true, true, true, true]);
    expect(answers.filter((answer) => answer?.isReplayed)).toHaveLength(3);
    const { journal } = await pipeline.getIncident(id);
    expect(journal.filter(({ event }) => event.kind === 'commented')).toHaveLength(1);
  });

  it('are refused when the key belongs to another request', async () => {
    const id = await open();
    const answers = await Promise.all(
      [0, 1].map(async (index) =>
        replicas[index]?.pipeline.comment(id, 'ada', `text ${index}`, {
          once: { actor: 'ada', key: 'k2', fingerprint: `comment ${index}` },
        }),
      ),
    );
    expect(answers.filter((answer) => answer?.conflict === 'key_reused')).toHaveLength(1);
    expect(answers.filter((answer) => answer?.changed)).toHaveLength(1);
  });
});
