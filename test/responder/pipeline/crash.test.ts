import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readJournal, replay } from '../../../src/responder/incidents/incidents.ts';
import type { AlertEvent } from '../../../src/responder/alerts/alerts.ts';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

let folder: TemporaryFolder;
let file: string;

beforeEach(() => {
  folder = createTemporaryFolder();
  file = join(folder.path, 'responder.db');
});
afterEach(() => folder[Symbol.dispose]());

async function accept(responder: TestResponder, changes: Partial<AlertEvent> = {}): Promise<void> {
  const body = createWebhookBody([createAlert(changes)]);
  await responder.pipeline.accept(body, 'am', responder.clock.now());
}

describe('a restart', () => {
  it('goes on with events that were committed and not processed', async () => {
    {
      await using before = await createTestResponder({ file });
      await accept(before);
    }
    await using after = await createTestResponder({ file });
    expect((await after.pipeline.statistics()).unprocessedEvents).toBe(1);
    await after.pipeline.settle();
    expect((await after.pipeline.listIncidents()).map(({ phase }) => phase)).toEqual(['reported']);
    expect((await after.pipeline.statistics()).unprocessedEvents).toBe(0);
  });

  it('remembers a diagnosis and a verification that were due, and notices not sent', async () => {
    const gone = { status: 'resolved', endsAtMs: Date.UTC(2026, 0, 5, 9, 1) } as const;
    let clock;
    {
      await using before = await createTestResponder({ file });
      before.world.channel = {
        ...before.world.channel,
        send: async () => ({ ok: false, why: 'the server is away', retry: true }),
      };
      before.world.verification = 'failed';
      ({ clock } = before);
      await accept(before);
      await before.pipeline.settle();
      await accept(before, gone);
      await before.pipeline.settle();
      expect(before.sent).toEqual([]);
    }
    await clock.advance(60_000);
    await using after = await createTestResponder({ file, clock });
    await after.pipeline.settle();
    const [incident] = await after.pipeline.listIncidents();
    expect(incident).toMatchObject({ phase: 'resolved', diagnosis: { answer: 'service_outage' } });
    await clock.advance(3_600_000);
    await after.pipeline.settle();
    // A diagnosis that is done after the recovery is told to nobody, and the two ran side by side.
    const notices = after.sent.map(({ notice }) => notice);
    expect(notices).toEqual(expect.arrayContaining(['opened', 'resolved']));
  });
});

describe('a stop in a storm', () => {
  it('waits for the batch under way alone, and the rest is taken after the restart', async () => {
    const labels = { alertname: 'CrmApiSlow', target: 'shop', severity: 'warning' };
    const alerts = Array.from({ length: 6000 }, (_, row) =>
      createAlert({ labels: { ...labels, row: String(row) } }),
    );
    let left = 0;
    {
      await using before = await createTestResponder({ file });
      const { pipeline, clock } = before;
      await pipeline.accept(createWebhookBody(alerts), 'am', clock.now());
      const begun = new Promise<void>((resolve) => void pipeline.subscribe(() => resolve()));
      pipeline.start();
      await begun;
      await pipeline.stop();
      left = (await pipeline.statistics()).unprocessedEvents;
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThan(alerts.length);
    }
    await using after = await createTestResponder({ file });
    expect((await after.pipeline.statistics()).unprocessedEvents).toBe(left);
    await after.pipeline.settle();
    const [incident] = await after.pipeline.listIncidents();
    expect(incident?.alerts).toHaveLength(alerts.length);
  });
});

describe('SIGKILL at any moment', () => {
  it.each([1, 2, 3])('loses nothing that was accepted, and doubles nothing (%i)', async (round) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, '../../support/accepting-child.ts'), file],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let told = '';
    const enough = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.split('\n').length > round * 10) resolve();
      });
    });
    await enough;
    child.kill('SIGKILL');
    await once(child, 'close');
    const accepted = told.split('\n').slice(0, -1);
    await using after = await createTestResponder({ file });
    await after.pipeline.settle();
    const incidents = await after.pipeline.listIncidents({ limit: 500 });
    const targets = incidents.map(({ target }) => target);
    expect(new Set(targets).size).toBe(targets.length);
    expect(targets).toEqual(expect.arrayContaining(accepted));
    for (const incident of incidents) {
      expect(replay(await readJournal(after.store.database, incident.id))).toEqual(incident);
    }
  });
});
