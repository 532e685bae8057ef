import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExposition, createSelfMetrics } from '../../src/exporter/exposition/exposition.ts';
import type { Sample } from '../../src/exporter/probes/probes.ts';
import { createSilentLogger } from '../../src/std/std.ts';
import { FAILED, createReport, createRun } from '../support/fake-run.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { findFreePort, findProgram, startProgram, waitUntil } from '../support/program.ts';
import type { Program } from '../support/program.ts';

const program = findProgram('prometheus');

type Sampled = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: [number, string];
  readonly histogram?: [
    number,
    { readonly count: string; readonly sum: string; readonly buckets: readonly unknown[] },
  ];
};

const VALUES = ['|', ',:', '"', '\\', '\n', '\\n', 'é😀', '{}="'];
const NUMBERS = [0, 1, 1e21, 5e-324, 0.1 + 0.2, -1e-7, Number.NaN, Infinity];

/** Jobs that scrape the same exposition, each made to take one format. */
const JOBS = {
  protobuf: 'protobuf',
  openmetrics: 'openmetrics-1.0.0',
  text: 'text-0.0.4',
} as const;

describe('read by a real Prometheus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-formats-'));
  const exposition = createExposition({
    clock: createManualClock(1_001_250),
    selfMetrics: createSelfMetrics({ logger: createSilentLogger() }),
  });
  const samples = VALUES.map((field, index): Sample => ({
    metric: 'crm_missing_ratio',
    labels: { object: VALUES[(index + 3) % VALUES.length] ?? '', field },
    value: NUMBERS[index] ?? 0,
  }));
  const contentTypes = new Map<string, string>();
  const pages = createServer((request, response) => {
    // The real header is taken, but for the job that is to be served text.
    const job = request.url?.slice(1) ?? '';
    const accept =
      job === 'text'
        ? ''
        : job === 'openmetrics'
          ? 'application/openmetrics-text;version=1.0.0'
          : (request.headers.accept ?? '');
    const acceptEncoding = request.headers['accept-encoding'] ?? '';
    void (async () => {
      const page = await exposition.render({ accept, acceptEncoding, names: [] });
      contentTypes.set(job, `${page.contentType} ${page.contentEncoding ?? ''}`);
      response.setHeader('content-type', page.contentType);
      if (page.contentEncoding !== undefined) {
        response.setHeader('content-encoding', page.contentEncoding);
      }
      response.end(Buffer.concat(page.body));
    })();
  });
  let prometheus: Program;
  let url = '';

  async function query(expression: string): Promise<readonly Sampled[]> {
    const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = (await (await fetch(url + path)).json()) as {
      readonly data: { readonly result: readonly Sampled[] };
    };
    return answer.data.result;
  }

  beforeAll(async () => {
    exposition.record(
      createReport(createRun('crm', 'data_quality', { ok: true, samples, unknowns: [] })),
    );
    for (const durationSeconds of [0.25, 0.25, 3]) {
      exposition.record(createReport({ ...createRun('crm', 'login', FAILED), durationSeconds }));
    }
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    const targets = [`127.0.0.1:${(pages.address() as AddressInfo).port}`];
    const configuration = {
      global: { scrape_interval: '1s' },
      scrape_configs: Object.keys(JOBS).map((job) => ({
        job_name: job,
        metrics_path: `/${job}`,
        static_configs: [{ targets }],
      })),
    };
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
    prometheus = startProgram(program as string, {
      arguments: [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        // Only with it does this version ask for protobuf.
        '--enable-feature=native-histograms,exemplar-storage',
      ],
      logFile: join(folder, 'prometheus.log'),
    });
    await waitUntil(async () => (await query('sum(up) == 3').catch(() => [])).length > 0, {
      timeoutMs: 60_000,
      describe: () => prometheus.log(),
    });
  });

  afterAll(async () => {
    await prometheus.stop();
    pages.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('asks for protobuf first, and takes every page compressed', () => {
    expect(contentTypes.get('protobuf')).toBe(
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited gzip',
    );
    expect(contentTypes.get('openmetrics')).toMatch(
      /^application\/openmetrics-text; version=1\.0\.0.* gzip$/,
    );
    expect(contentTypes.get('text')).toMatch(/^text\/plain; version=0\.0\.4.* gzip$/);
  });

  it.each(Object.keys(JOBS))('%s gives the samples that went in', async (job) => {
    const found = await query(`crm_missing_ratio{job="${job}"}`);
    const written = found.map(({ metric, value }) => [
      metric['object'],
      metric['field'],
      Number(value?.[1].replace('Inf', 'Infinity')),
    ]);
    const expected = samples.map(({ labels, value }) => [labels['object'], labels['field'], value]);
    const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => String(row)).sort();
    expect(sorted(written)).toEqual(sorted(expected));
    expect(await query(`process_cpu_seconds_total{job="${job}"}`)).toHaveLength(1);
    expect((await query(`crm_probe_runs_total{job="${job}",probe="login"}`))[0]?.value?.[1]).toBe(
      '3',
    );
  });

  it('protobuf gives the native histogram with its buckets; text its sum and count', async () => {
    const [native] = await query('crm_probe_run_duration_seconds{job="protobuf",probe="login"}');
    expect(native?.histogram?.[1]).toMatchObject({ count: '3', sum: '3.5' });
    expect(native?.histogram?.[1].buckets).toHaveLength(2);
    const quantile = await query(
      'histogram_quantile(0.5, crm_probe_run_duration_seconds{job="protobuf",probe="login"})',
    );
    const median = Number(quantile[0]?.value?.[1]);
    expect(median).toBeGreaterThan(0.22);
    expect(median).toBeLessThanOrEqual(0.25);
    const count = await query('crm_probe_run_duration_seconds_count{job="text",probe="login"}');
    expect(count[0]?.value?.[1]).toBe('3');
  });

  it('keeps the exemplars of protobuf and of OpenMetrics', async () => {
    type Exemplars = {
      readonly data: readonly {
        readonly seriesLabels: Record<string, string>;
        readonly exemplars: readonly { readonly labels: Record<string, string> }[];
      }[];
    };
    const window = 'start=0&end=2000';
    const answer = (await (
      await fetch(`${url}/api/v1/query_exemplars?query=crm_probe_run_failures_total&${window}`)
    ).json()) as Exemplars;
    const byJob = new Map(
      answer.data.map(({ seriesLabels, exemplars }) => [seriesLabels['job'], exemplars]),
    );
    for (const job of ['protobuf', 'openmetrics']) {
      expect(byJob.get(job)?.[0]?.labels['run_id'], job).toMatch(/^[0-9a-f]{16}$/);
    }
  });

  it('has nothing to complain of', () => {
    expect(prometheus.log()).not.toMatch(/level=(warn|error)/);
  });
});
