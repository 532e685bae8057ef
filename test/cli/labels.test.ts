import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder, createTestResponder } from '../support/responder.ts';
import type { TestResponder } from '../support/responder.ts';

const EPISODES = join(import.meta.dirname, '../fixtures/cli/episodes.jsonl');

async function crmwatch(...words: string[]): Promise<{ code: number; output: string }> {
  const output: string[] = [];
  const code = await runCommandLine(words, { print: (line) => output.push(line), note() {} });
  return { code, output: output.join('\n') };
}

/** Two incidents whose cause a person names. */
async function live({ pipeline, clock }: TestResponder): Promise<void> {
  for (const target of ['shop', 'sales']) {
    const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
    const body = createWebhookBody([createAlert({ fingerprint: target, labels })]);
    await pipeline.accept(body, 'am', clock.now());
  }
  await pipeline.settle();
  await clock.advance(10_000);
  await pipeline.settle();
  for (const { id } of await pipeline.listIncidents()) {
    await pipeline.correctDiagnosis(id, 'ann', 'service_outage');
  }
}

it('trains on what people said, beside the responder, and the same labels give the same model to the bit', async () => {
  using folder = createTemporaryFolder();
  const { source } = writeSmallConfig(folder.path);
  const data = join(folder.path, 'data');
  mkdirSync(data);
  rewriteConfig(source.path, (config) => {
    config['responder'] = { ...(config['responder'] as object), data_folder: data };
  });
  await using responder = await createTestResponder({ file: join(data, 'incidents.sqlite') });
  await live(responder);
  const models = [];
  for (const number of [1, 2]) {
    const own = join(folder.path, `own-${number}.jsonl`);
    const written = await crmwatch('labels', '--config', source.path, '--output', own);
    expect(written).toEqual({ code: 0, output: `wrote ${own}: 2 labelled incidents` });
    const output = join(folder.path, `model-${number}.json`);
    const recipe = ['--encoding', 'log', '--c', '1', '--folds', '2'];
    expect((await crmwatch('train', EPISODES, own, '--output', output, ...recipe)).code).toBe(0);
    models.push(readFileSync(output, 'utf8'));
  }
  expect(models[1]).toBe(models[0]);
  const alone = join(folder.path, 'alone.json');
  await crmwatch('train', EPISODES, '--output', alone, '--encoding', 'log', '--c', '1');
  const trained = JSON.parse(models[0] ?? '') as { training: { rows: number }; id: string };
  const without = JSON.parse(readFileSync(alone, 'utf8')) as typeof trained;
  expect(trained.training.rows).toBe(without.training.rows + 2);
  expect(trained.id).not.toBe(without.id);
});
