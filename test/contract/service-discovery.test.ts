import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExporter } from '../../src/app/app.ts';
import type { Running } from '../../src/app/app.ts';
import { createTestRuntime, writeSmallConfig } from '../support/app-site.ts';
import { findFreePort, findProgram, startProgram, waitUntil } from '../support/program.ts';
import type { Program } from '../support/program.ts';

const EXAMPLE = fileURLToPath(new URL('../../deploy/prometheus-sd.yml', import.meta.url));
const program = findProgram('prometheus');

type ScrapeConfig = { job_name: string; http_sd_configs?: object[] };
type ActiveTarget = {
  readonly health: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeInterval: string;
  readonly scrapeUrl: string;
};
type Answer<Data> = { readonly data: Data };

describe.skipIf(program === undefined)('a real Prometheus with our service discovery', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-sd-'));
  const crm = createServer((_request, response) => {
    response.setHeader('Content-Type', 'application/json').end('{}');
  });
  let exporter: Running;
  let prometheus: Program;
  let url = '';

  async function get<Data>(path: string): Promise<Data> {
    return ((await (await fetch(url + path)).json()) as Answer<Data>).data;
  }

  async function activeTargets(): Promise<readonly ActiveTarget[]> {
    const path = '/api/v1/targets?state=active';
    return (await get<{ readonly activeTargets: readonly ActiveTarget[] }>(path)).activeTargets;
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => crm.listen(0, '127.0.0.1', resolve));
    const connection = {
      platform: 'rest',
      url: `http://127.0.0.1:${(crm.address() as AddressInfo).port}`,
      authentication: { method: 'none' },
      health: { path: '/health' },
    };
    const probes = { reachability: { interval: '1s', timeout: '500ms' } };
    const loaded = writeSmallConfig(folder, {
      targets: [
        { name: 'shop', connection, probes },
        { name: 'store', connection, probes },
      ],
      exporter: { listen: '127.0.0.1:0', schedule: false },
    });
    exporter = await startExporter(loaded, createTestRuntime());
    const { scrape_configs: jobs } = load(readFileSync(EXAMPLE, 'utf8')) as {
      scrape_configs: ScrapeConfig[];
    };
    const job = jobs.find(({ http_sd_configs: discovery }) => discovery !== undefined);
    const discovery = { url: `${exporter.url}/sd?area=health`, refresh_interval: '1s' };
    writeFileSync(
      join(folder, 'prometheus.yml'),
      dump({ scrape_configs: [{ ...job, http_sd_configs: [discovery] }] }),
    );
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    prometheus = startProgram(program as string, {
      arguments: [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      logFile: join(folder, 'prometheus.log'),
    });
    await waitUntil(async () => (await fetch(`${url}/-/ready`).catch(() => null))?.ok === true, {
      timeoutMs: 30_000,
      describe: () => prometheus.log(),
    });
  });

  afterAll(async () => {
    await prometheus.stop();
    await exporter.stop();
    await new Promise((resolve) => crm.close(resolve));
    rmSync(folder, { recursive: true });
  });

  it('scrapes every target it was told of, at its own pace, and stores what the probes say', async () => {
    await waitUntil(
      async () => {
        const targets = await activeTargets();
        return targets.length === 2 && targets.every(({ health }) => health === 'up');
      },
      { timeoutMs: 30_000, describe: () => prometheus.log() },
    );
    for (const { labels, scrapeInterval, scrapeUrl } of await activeTargets()) {
      expect(scrapeInterval).toBe('1s');
      expect(labels).toMatchObject({ job: 'crmwatch-exporter', platform: 'rest', area: 'health' });
      expect(new URL(scrapeUrl).searchParams.get('target')).toBe(labels['target']);
    }
    const path = `/api/v1/query?query=${encodeURIComponent('crm_probe_success{probe="reachability"}')}`;
    const { result } = await get<{
      readonly result: readonly {
        readonly metric: Readonly<Record<string, string>>;
        readonly value: readonly [number, string];
      }[];
    }>(path);
    expect(new Map(result.map(({ metric, value }) => [metric['target'], value[1]]))).toEqual(
      new Map([
        ['shop', '1'],
        ['store', '1'],
      ]),
    );
  });
});
