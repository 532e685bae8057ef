import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dump, load } from 'js-yaml';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startExporter } from '../../src/app/app.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { allSeries } from '../support/exposition-parser.ts';
import { createTemporaryFolder } from '../support/responder.ts';

const QUOTA = 1000;
/** Five in a hundred of it. */
const ALLOWANCE = 50;

const folder = createTemporaryFolder();
let seen: string[] = [];
const crm = createServer((request, response) => {
  seen.push(request.url ?? '');
  const headers = {
    'content-type': 'application/json',
    'sforce-limit-info': `api-usage=${Math.min(QUOTA, seen.length)}/${QUOTA}`,
  };
  response.writeHead(200, headers).end('{}');
});
await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));

beforeEach(() => {
  seen = [];
});

afterAll(async () => {
  crm.closeAllConnections();
  await new Promise((resolve) => crm.close(resolve));
  folder[Symbol.dispose]();
});

/** HH:MM in UTC, two hours from now: most of the day is over, so that pace is not what limits. */
function resetInTwoHours(): string {
  return new Date(Date.now() + 2 * 3_600_000).toISOString().slice(11, 16);
}

async function start(name: string) {
  const target = {
    name: 'shop',
    connection: {
      platform: 'rest',
      url: `http://127.0.0.1:${(crm.address() as AddressInfo).port}`,
      authentication: { method: 'none' },
      health: { path: '/health' },
      latency: { light: '/light', representative: '/heavy' },
    },
    api_budget: { share: 0.05, reset: resetInTwoHours() },
  };
  const loaded = writeSmallConfig(`${folder.path}/${name}`, {
    targets: [target],
    exporter: { listen: '127.0.0.1:0', schedule: false },
  });
  const running = await startExporter(loaded, createTestRuntime(), {
    telemetryPath: '/metrics',
    enableLifecycle: true,
  });
  onTestFinished(async () => running.stop());
  const ask = async (path: string, method = 'GET'): Promise<string> =>
    (await fetch(running.url + path, { method })).text();
  return {
    ask,
    /** Runs modules once more; with `debug` no young result is given instead. */
    probe: async (modules: string) => ask(`/probe?target=shop&module=${modules}&debug=true`),
    async valuesOf(metric: string): Promise<Readonly<Record<string, number>>> {
      const series = allSeries(await ask('/metrics')).filter((one) => one.name === metric);
      return Object.fromEntries(series.map(({ labels, value }) => [labels['probe'] ?? '', value]));
    },
    change(edit: (target: Record<string, unknown>) => void): void {
      const file = `${folder.path}/${name}/crmwatch.yaml`;
      const document = load(readFileSync(file, 'utf8')) as { targets: Record<string, unknown>[] };
      for (const one of document.targets) edit(one);
      writeFileSync(file, dump(document));
    },
  };
}

describe('the API budget of a target, from the configuration to the wire', () => {
  it('sends no more than it allows, says whose budget it was, and tells it in metrics', async () => {
    const exporter = await start('spent');
    let page = '';
    for (let time = 0; time < 2 * ALLOWANCE; time++) page = await exporter.probe('reachability');
    expect(seen.length).toBeLessThanOrEqual(ALLOWANCE);
    expect(seen.length).toBeGreaterThan(ALLOWANCE * 0.8);
    expect(page).toContain('the API budget of the target does not allow a run now');
    expect(page).toContain(
      'crm_probe_failure_reason{probe="reachability",reason="quota_exhausted"} 1',
    );
    expect(await exporter.valuesOf('crm_api_budget_calls')).toEqual({ '': ALLOWANCE });
    expect(await exporter.valuesOf('crm_probe_api_calls_total')).toEqual({
      reachability: seen.length,
    });
    expect(await exporter.valuesOf('crm_probe_runs_shed_total')).toEqual({
      reachability: 2 * ALLOWANCE - seen.length,
    });
    const { '': left = Number.NaN } = await exporter.valuesOf('crm_api_budget_remaining_ratio');
    expect(left).toBeCloseTo(1 - seen.length / ALLOWANCE, 6);
  });

  it('counts each call for the probe that made it, also when probes run at the same time', async () => {
    const exporter = await start('attribution');
    for (let time = 0; time < 3; time++) await exporter.probe('reachability,api_latency');
    const sentFor = (path: string): number => seen.filter((one) => one === path).length;
    expect(await exporter.valuesOf('crm_probe_api_calls_total')).toEqual({
      reachability: sentFor('/health'),
      api_latency: sentFor('/light') + sentFor('/heavy'),
    });
    expect(sentFor('/heavy')).toBe(3);
  });

  it('is not granted again by a reload that changes the connection or the budget', async () => {
    const exporter = await start('reloaded');
    for (let time = 0; time < 2 * ALLOWANCE; time++) await exporter.probe('reachability');
    const sent = seen.length;
    exporter.change((target) => {
      (target['connection'] as Record<string, unknown>)['health'] = { path: '/other' };
      target['api_budget'] = { share: 0.04, reset: resetInTwoHours() };
    });
    expect(await exporter.ask('/-/reload', 'POST')).toContain('0 unchanged');
    await exporter.probe('reachability');
    expect(seen).toHaveLength(sent);
    expect(await exporter.valuesOf('crm_api_budget_calls')).toEqual({ '': 40 });
  });
});
