import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startResponder } from '../../src/app/app.ts';
import { runCommandLine } from '../../src/cli/run-command-line.ts';
import { createTestRuntime, rewriteConfig, writeSmallConfig } from '../support/app-site.ts';
import { START_MS, createAlert, createWebhookBody } from '../support/alerts.ts';
import { createTemporaryFolder, createTestResponder } from '../support/responder.ts';

const CANARY = 'jane.canary@example.com';

type Site = { readonly folder: string; readonly url: string; readonly config: string };

/** A responder over a database that an earlier one left with an incident of long ago. */
async function start(section: Record<string, unknown>): Promise<Site> {
  const folder = createTemporaryFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const { source } = writeSmallConfig(folder.path);
  const loaded = rewriteConfig(source.path, (config) => {
    config['responder'] = { ...(config['responder'] as object), ...section };
  });
  const data = join(folder.path, loaded.config.responder.dataFolder);
  mkdirSync(data, { recursive: true });
  {
    await using old = await createTestResponder({ file: join(data, 'incidents.sqlite') });
    const annotations = { summary: `${CANARY} cannot log in` };
    await old.pipeline.accept(createWebhookBody([createAlert({ annotations })]), 'am', START_MS);
    await old.pipeline.settle();
    const [incident] = await old.pipeline.listIncidents();
    await old.pipeline.close(incident?.id ?? '', 'ada', `told ${CANARY}`);
  }
  const running = await startResponder(loaded, createTestRuntime());
  onTestFinished(async () => running.stop());
  return { folder: data, url: running.url, config: source.path };
}

async function readIncidents(url: string): Promise<readonly Record<string, unknown>[]> {
  const answer = await fetch(`${url}/api/v1/incidents?state=all`);
  return ((await answer.json()) as { incidents: Record<string, unknown>[] }).incidents;
}

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (const endsAtMs = Date.now() + 60_000; Date.now() < endsAtMs;) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('it never happened');
}

function bytesOf(folder: string): Buffer {
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
}

async function crmwatch(...words: readonly string[]) {
  const [output, errors]: [string[], string[]] = [[], []];
  const exitCode = await runCommandLine(words, {
    print: (line) => output.push(line),
    note: (line) => errors.push(line),
  });
  return { exitCode, output, errors };
}

describe('a running responder', () => {
  it('compacts an incident of long ago, and shows it as such', async () => {
    const { url, config } = await start({ retention: { incidents: '30d' } });
    const incident = await until(async () =>
      (await readIncidents(url)).find(({ compacted }) => compacted !== null),
    );
    expect(incident).toMatchObject({ phase: 'closed', compacted: { rule: 'retention' } });
    const id = String(incident['id']);
    const page = await (await fetch(`${url}/incidents/${id}`)).text();
    expect(page).toContain('It was compacted on');
    expect(page).not.toContain('id="comment-form"');
    expect(await (await fetch(`${url}/incidents/${id}/review.md`)).text()).toContain(
      'Compacted on',
    );
    const review = await crmwatch('journal', 'review', id, '--config', config);
    expect(review.output.join('\n')).toContain('its texts were forgotten, and its figures kept');
    const verified = await crmwatch('journal', 'verify', '--config', config);
    expect(verified.output.join('\n')).toMatch(
      /forgotten {2}\d+ texts of 1 incidents, by retention/,
    );
    expect(verified.exitCode).toBe(0);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('crmwatch_forgotten_total{kind="incidents"} 1');
    expect(metrics).toMatch(/crmwatch_store_rows\{table="incidents"\} 1/);
  });

  it('shows nobody the e-mail address that an alert brings', async () => {
    const { url } = await start({});
    const labels = { alertname: 'LoginFailed', user: 'new.canary@example.com' };
    const body = createWebhookBody([createAlert({ labels, annotations: {} })]);
    const answer = await fetch(`${url}/api/v1/alerts/alertmanager`, { method: 'POST', body });
    expect(answer.status).toBe(200);
    const { id } = await until(async () =>
      (await readIncidents(url)).find(({ title }) => String(title).includes('LoginFailed')),
    );
    const detail = await (await fetch(`${url}/api/v1/incidents/${String(id)}`)).text();
    expect(detail).toMatch(/"user":"\[email:[0-9a-f]{12}\]"/);
    expect(detail).not.toContain('new.canary');
    const page = await (await fetch(`${url}/incidents/${String(id)}`)).text();
    expect(page).not.toContain('new.canary');
  });

  it('lets a person be erased beside it, to the last byte of its files', async () => {
    const { config, folder, url } = await start({});
    expect(bytesOf(folder).includes(CANARY)).toBe(true);
    const looked = await crmwatch('erase', '--config', config, '--text', CANARY, '--dry-run');
    expect(looked.output).toEqual([
      expect.stringMatching(/^inc_\w+ {2}closed, would be erased$/),
      'incidents   1',
      // Retention took them out already.
      'events      0',
      'deliveries  0',
      'quarantine  0',
      'requests    0',
    ]);
    expect(bytesOf(folder).includes(CANARY)).toBe(true);
    const erased = await crmwatch('erase', '--config', config, '--text', CANARY, '--yes');
    expect(erased).toMatchObject({ exitCode: 0, errors: [] });
    expect(erased.output.at(-1)).toBe('files       the bytes are gone');
    expect(bytesOf(folder).includes(CANARY)).toBe(false);
    expect(await readIncidents(url)).toMatchObject([
      { title: 'erased on request', compacted: { rule: 'erasure' } },
    ]);
    expect((await crmwatch('journal', 'verify', '--config', config)).exitCode).toBe(0);
  });
});
