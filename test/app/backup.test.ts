import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import type { RunningResponder } from '../../src/app/app.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';

type Told = { readonly exitCode: number; readonly output: string };

async function crmwatch(...words: readonly string[]): Promise<Told> {
  const lines: string[] = [];
  const print = (line: string): void => void lines.push(line);
  const exitCode = await runCommandLine(words, { print, note: print });
  return { exitCode, output: lines.join('\n') };
}

async function deliver({ url }: RunningResponder, target: string): Promise<void> {
  const labels = { alertname: 'CrmUnreachable', target, severity: 'critical' };
  const body = createWebhookBody([createAlert({ labels })]);
  const response = await fetch(`${url}/api/v1/alerts/alertmanager`, { method: 'POST', body });
  expect(response.status).toBe(200);
}

async function targetsOf({ url }: RunningResponder): Promise<readonly string[]> {
  const response = await fetch(`${url}/api/v1/incidents`);
  return ((await response.json()) as { incidents: { target: string }[] }).incidents
    .map(({ target }) => target)
    .toSorted();
}

it('a responder is backed up while it works, and comes back as it was', async () => {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const loaded = writeSmallConfig(folder.path);
  const backup = join(folder.path, 'backup.sqlite');
  const common = ['--config.file', join(folder.path, 'crmwatch.yaml')];
  const first = await startResponder(loaded, createTestRuntime());
  onTestFinished(async () => first.stop());
  await deliver(first, 'before');
  await expect.poll(async () => targetsOf(first)).toEqual(['before']);

  const written = await crmwatch('backup', ...common, '--to', backup);
  expect(written).toMatchObject({ exitCode: 0 });
  expect(written.output).toMatch(
    /^wrote .*backup\.sqlite: \d+ rows in \d+ tables, \d+ bytes, checked$/,
  );

  await deliver(first, 'after');
  await expect.poll(async () => targetsOf(first)).toEqual(['after', 'before']);
  const refused = await crmwatch('restore', ...common, '--from', backup, '--overwrite');
  expect(refused.exitCode).toBe(1);
  expect(refused.output).toContain('is in use\n  remedy: stop the responder first');
  expect(await targetsOf(first)).toEqual(['after', 'before']);
  await first.stop();

  const careful = await crmwatch('restore', ...common, '--from', backup);
  expect(careful.exitCode).toBe(2);
  expect(careful.output).toContain('say --overwrite');
  const restored = await crmwatch('restore', ...common, '--from', backup, '--overwrite');
  expect(restored).toMatchObject({ exitCode: 0 });
  expect(restored.output).toContain('what was there before is kept as');
  const kept = readdirSync(join(folder.path, 'data')).filter((name) => name.includes('before'));
  expect(kept).toHaveLength(1);

  const second = await startResponder(loaded, createTestRuntime());
  onTestFinished(async () => second.stop());
  expect(await targetsOf(second)).toEqual(['before']);
  await deliver(second, 'later');
  await expect.poll(async () => targetsOf(second)).toEqual(['before', 'later']);
});
