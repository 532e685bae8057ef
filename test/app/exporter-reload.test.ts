import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startExporter } from '../../src/app/app.ts';
import type { ExporterRunOptions, Running } from '../../src/app/app.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { createTemporaryFolder } from '../support/responder.ts';

type Target = { name: string; connection: Record<string, unknown>; probes?: object };
type Document = { targets: Target[]; exporter: Record<string, unknown> };

const folder = createTemporaryFolder();
let requests = 0;
const crm = createServer((_request, response) => {
  requests += 1;
  response.setHeader('Content-Type', 'application/json').end('{}');
});

beforeAll(async () => {
  await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => crm.close(resolve));
  folder[Symbol.dispose]();
});

function targetOf(name: string): Target {
  return {
    name,
    connection: {
      platform: 'rest',
      url: `http://127.0.0.1:${(crm.address() as AddressInfo).port}`,
      authentication: { method: 'none' },
      health: { path: '/health' },
    },
  };
}

async function start(
  name: string,
  options: Partial<ExporterRunOptions> = {},
  section: object = { schedule: false },
) {
  const loaded = writeSmallConfig(`${folder.path}/${name}`, {
    targets: [targetOf('shop'), targetOf('store')],
    exporter: { listen: '127.0.0.1:0', ...section },
  });
  const running: Running = await startExporter(loaded, createTestRuntime(), {
    telemetryPath: '/metrics',
    enableLifecycle: true,
    ...options,
  });
  onTestFinished(async () => running.stop());
  const file = `${folder.path}/${name}/crmwatch.yaml`;
  return {
    url: running.url,
    change(edit: (document: Document) => void): void {
      const document = load(readFileSync(file, 'utf8')) as Document;
      edit(document);
      writeFileSync(file, dump(document));
    },
    write: (text: string): void => writeFileSync(file, text),
    async ask(path: string, method = 'GET') {
      const response = await fetch(running.url + path, { method });
      return { status: response.status, text: await response.text() };
    },
  };
}

describe('an exporter whose configuration changes', () => {
  it('goes over to another set of targets, and keeps what did not change', async () => {
    const exporter = await start('targets');
    await exporter.ask('/probe?target=shop&module=reachability');
    const requestsBefore = requests;
    exporter.change((document) => {
      document.targets = [targetOf('shop'), targetOf('branch')];
    });
    expect(await exporter.ask('/-/reload', 'POST')).toEqual({
      status: 200,
      text: 'reloaded: 2 targets, 1 unchanged\n',
    });
    expect((await exporter.ask('/probe?target=store')).text).toBe(
      'unknown target "store"; known: shop, branch\n',
    );
    // Its result is younger than the minimum interval, so nothing is asked of the CRM.
    await exporter.ask('/probe?target=shop&module=reachability');
    expect(requests).toBe(requestsBefore);
    const { text } = await exporter.ask('/metrics');
    expect(text).toContain('crm_target_info{target="branch"');
    expect(text).not.toContain('target="store"');
    expect(text).toContain('crmwatch_config_last_reload_successful 1');
    expect(text).toContain('crmwatch_config_reloads_total 1');
    expect(text).toContain('crmwatch_config_reload_failures_total 0');
  });

  it('keeps the old configuration when the new one has problems, and tells them all', async () => {
    const exporter = await start('problems');
    exporter.change((document) => {
      document.targets = [{ ...targetOf('shop'), name: 'Not Good' }];
      document.exporter['colour'] = 'red';
    });
    const { status, text } = await exporter.ask('/-/reload', 'POST');
    expect(status).toBe(500);
    expect(text).toMatch(/^not reloaded, the old configuration stays in force: .* has 2 problems:/);
    expect(text).toContain('targets[0].name');
    expect(text).toContain('exporter.colour');
    expect((await exporter.ask('/probe?target=store&module=reachability')).status).toBe(200);
    expect((await exporter.ask('/')).text).toContain('The last reload failed');
    const metrics = (await exporter.ask('/metrics')).text;
    expect(metrics).toContain('crmwatch_config_last_reload_successful 0');
    expect(metrics).toContain('crmwatch_config_reload_failures_total 1');
  });

  it.each([
    ['nothing', ''],
    ['what is no YAML', 'targets: ['],
  ])('keeps the old configuration when the file holds %s', async (_what, text) => {
    const exporter = await start('broken');
    exporter.write(text);
    expect((await exporter.ask('/-/reload', 'POST')).status).toBe(500);
    expect((await exporter.ask('/probe?target=store&module=reachability')).status).toBe(200);
  });

  it('no longer shows a probe that was disabled, and keeps the others of its target', async () => {
    const exporter = await start('disabled', {}, { schedule: true });
    await expect
      .poll(async () => (await exporter.ask('/metrics')).text, { timeout: 5000 })
      .toMatch(/crm_probe_success\{target="store",probe="reachability"\} 1/);
    exporter.change((document) => {
      const [, store] = document.targets;
      if (store !== undefined) store.probes = { reachability: { enabled: false } };
    });
    expect((await exporter.ask('/-/reload', 'POST')).text).toBe(
      'reloaded: 2 targets, 1 unchanged\n',
    );
    const { text } = await exporter.ask('/metrics');
    expect(text).not.toContain('crm_probe_success{target="store"');
    expect(text).toContain('crm_target_info{target="store"');
    expect(text).toMatch(/crm_probe_success\{target="shop",probe="reachability"\} 1/);
  });

  it('says what needs a restart', async () => {
    const exporter = await start('restart');
    exporter.change((document) => {
      document.exporter['listen'] = '127.0.0.1:1';
      document.exporter['limits'] = { history_entries: 5, scrapes_in_flight: 7 };
    });
    expect((await exporter.ask('/-/reload', 'POST')).text).toBe(
      'reloaded: 2 targets, 2 unchanged; needs a restart: exporter.listen, exporter.limits\n',
    );
  });

  it('reloads on SIGHUP', async () => {
    const exporter = await start('signal', { enableLifecycle: false });
    expect((await exporter.ask('/-/reload', 'POST')).status).toBe(403);
    exporter.change((document) => document.targets.push(targetOf('branch')));
    process.emit('SIGHUP');
    await expect
      .poll(async () => (await exporter.ask('/sd?target=branch')).status, { timeout: 5000 })
      .toBe(200);
  });

  it('reloads by itself when the file changed', async () => {
    const exporter = await start('watch', { autoReloadIntervalMs: 20 });
    exporter.change((document) => document.targets.push(targetOf('branch')));
    await expect
      .poll(async () => (await exporter.ask('/sd?target=branch')).status, { timeout: 5000 })
      .toBe(200);
  });
});

describe('an exporter without a schedule', () => {
  it('is ready at once, and probes only what it is asked for, once for many callers', async () => {
    const exporter = await start('asked');
    expect((await exporter.ask('/-/ready')).status).toBe(200);
    const requestsBefore = requests;
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () =>
        exporter.ask('/probe?target=store&module=reachability'),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(requests - requestsBefore).toBe(1);
    expect((await exporter.ask('/metrics')).text).not.toContain('crm_probe_success{');
  });
});
