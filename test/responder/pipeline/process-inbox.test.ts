import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAlert, createWebhookBody } from '../../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../../support/responder.ts';
import type { TemporaryFolder, TestResponder } from '../../support/responder.ts';

const MEGABYTE_TEXT = 'x'.repeat(1_000_000);
let folder: TemporaryFolder;
let responder: TestResponder;

beforeEach(async () => {
  folder = createTemporaryFolder();
  responder = await createTestResponder({ file: join(folder.path, 'responder.db') });
});

afterEach(async () => {
  await responder[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** The texts of each alert, in megabytes. */
async function deliver(target: string, ...megabytes: readonly number[]): Promise<void> {
  const alerts = megabytes.map((size, index) =>
    createAlert({
      labels: { alertname: 'CrmApiSlow', target, call: `${target}-${index}`, severity: 'warning' },
      annotations: { description: MEGABYTE_TEXT.repeat(size) },
    }),
  );
  await responder.pipeline.accept(createWebhookBody(alerts), 'am', responder.clock.now());
}

async function alertCounts(): Promise<Readonly<Record<string, number>>> {
  const incidents = await responder.pipeline.listIncidents();
  return Object.fromEntries(incidents.map(({ target, alerts }) => [target, alerts.length]));
}

describe('alerts that weigh more than a batch holds', () => {
  it('are all taken, one that is alone too large as well', async () => {
    await deliver('crm-a', 1, 1, 1, 1, 1);
    await deliver('crm-b', 5);
    await deliver('crm-c', 1);
    await responder.pipeline.settle();
    expect(await alertCounts()).toEqual({ 'crm-a': 5, 'crm-b': 1, 'crm-c': 1 });
  });

  it('join the incidents of all of their targets, whose snapshots are read in parts', async () => {
    for (const target of ['crm-a', 'crm-b', 'crm-c']) await deliver(target, 2);
    await responder.pipeline.settle();
    for (const target of ['crm-c', 'crm-b', 'crm-a']) await deliver(target, 1, 1);
    await responder.pipeline.settle();
    expect(await alertCounts()).toEqual({ 'crm-a': 2, 'crm-b': 2, 'crm-c': 2 });
  });
});
