import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  MEASUREMENTS,
  MEASUREMENT_NAMES,
  PROBE_KIND_NAMES,
  SCRAPE_JOBS,
  SELF_METRICS,
} from '../../src/catalog/catalog.ts';
import type {
  MetricDefinition,
  SelfCounterName,
  SelfGaugeName,
  SelfHistogramName,
} from '../../src/catalog/catalog.ts';
import { listDashboardExpressions } from '../../src/dashboards/dashboards.ts';
import {
  PLAIN_SCRAPE,
  createExposition,
  createSelfMetrics,
} from '../../src/exporter/exposition/exposition.ts';
import type { Sample } from '../../src/exporter/probes/probes.ts';
import { createHttpClient } from '../../src/http/http.ts';
import {
  askFiringAlerts,
  createEvidenceSource,
  createPrometheusClient,
  decodeEvidence,
} from '../../src/responder/evidence/evidence.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { recordingGroups } from '../../src/rules/rules.ts';
import { createReport, createRun, FAILED } from '../support/fake-run.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { metricsText, pageText } from '../support/page-text.ts';
import { findFreePort, findProgram, startProgram, waitUntil } from '../support/program.ts';
import type { Program } from '../support/program.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const program = findProgram('prometheus');
const clock = createSystemClock();

type Sampled = {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: [number, string];
};
type Answer<Data> = { readonly status: string; readonly error?: string; readonly data: Data };

/** The page of an exporter that measured everything there is, on one target in trouble. */
async function exporterPage(): Promise<string> {
  const exposition = createExposition({ clock: createManualClock() });
  exposition.setTarget({ name: 'crm1', platform: 'fake', unsupported: ['api_quota'] });
  for (const probe of PROBE_KIND_NAMES.filter((kind) => kind !== 'reachability')) {
    const samples = MEASUREMENT_NAMES.filter((name) => MEASUREMENTS[name].probe === probe);
    const result = { ok: true as const, samples: samples.flatMap(badSamples), unknowns: [] };
    exposition.record(createReport(createRun('crm1', probe, result)));
  }
  const failing = createReport(
    createRun('crm1', 'reachability', {
      ...FAILED,
      samples: [{ metric: 'crm_phase_duration_seconds', labels: { phase: 'dns' }, value: 0.25 }],
    }),
  );
  exposition.record({ ...failing, state: { ...failing.state, hardFailure: true } });
  return metricsText(exposition);
}

/** What plugins measure is shown by its unit. */
const UNITS = ['seconds', 'ratio', 'bytes'];

function badSamples(metric: Sample['metric']): readonly Sample[] {
  const sample = badSample(metric);
  if (!MEASUREMENTS[metric].labels.includes('unit')) return [sample];
  return UNITS.map((unit) => ({ ...sample, labels: { ...sample.labels, unit } }));
}

/** Past the critical threshold where there is one. */
function badSample(metric: Sample['metric']): Sample {
  const { labels, threshold } = MEASUREMENTS[metric];
  const critical = threshold?.defaults.critical ?? 1;
  return {
    metric,
    labels: Object.fromEntries(labels.map((label) => [label, `some_${label}`])),
    value: threshold?.bad === 'below' ? critical / 2 : critical * 1.5,
  };
}

/** The page of a half of crmwatch in which everything happened once. */
async function selfPage(): Promise<string> {
  const metrics = createSelfMetrics({ logger: silent, withProcessMetrics: false });
  for (const [name, { kind, labels }] of Object.entries<MetricDefinition>(SELF_METRICS)) {
    const values = Object.fromEntries(labels.map((label) => [label, `some_${label}`]));
    if (kind === 'counter') metrics.increment(name as SelfCounterName, values);
    if (kind === 'gauge') metrics.set(name as SelfGaugeName, 1, values);
    if (kind === 'histogram') metrics.observe(name as SelfHistogramName, 0.5, values);
  }
  return pageText(await metrics.renderPage(PLAIN_SCRAPE));
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

describe.skipIf(program === undefined)('a real Prometheus with our rules', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crmwatch-prometheus-'));
  const pages = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    const isExporter = request.url === '/exporter';
    (isExporter ? exporterPage() : selfPage()).then(
      (page) => response.end(page),
      (error: unknown) => response.destroy(error as Error),
    );
  });
  let prometheus: Program;
  let url = '';

  async function get<Data>(path: string): Promise<Data> {
    const answer = (await (await fetch(`${url}${path}`)).json()) as Answer<Data>;
    if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`);
    return answer.data;
  }

  async function query(expression: string): Promise<readonly Sampled[]> {
    const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
    return (await get<{ readonly result: readonly Sampled[] }>(path)).result;
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const port = await findFreePort();
    url = `http://127.0.0.1:${port}`;
    const targets = [`127.0.0.1:${(pages.address() as AddressInfo).port}`];
    const configuration = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['recording', 'alerts'].map((name) => join(ROOT, `alert-rules/${name}.yaml`)),
      scrape_configs: [
        // Two exporters of the same target, as in a highly available pair.
        ...['exporter-a', 'exporter-b'].map((instance, index) => ({
          job_name: `${SCRAPE_JOBS.exporter}-${index}`,
          metrics_path: '/exporter',
          static_configs: [{ targets, labels: { job: SCRAPE_JOBS.exporter, instance } }],
        })),
        { job_name: SCRAPE_JOBS.responder, static_configs: [{ targets }] },
      ],
    };
    // JSON is YAML.
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(configuration));
    prometheus = startProgram(program as string, {
      arguments: [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      logFile: join(folder, 'prometheus.log'),
    });
    await waitUntil(
      async () => {
        const up = await query('sum(up) == 3').catch(() => []);
        // Rates need two samples, and rules that read others need their turn.
        return up.length > 0 && (await query('count(count_over_time(up[1m]) > 4) == 3')).length > 0;
      },
      { timeoutMs: 60_000, describe: () => prometheus.log() },
    );
  });

  afterAll(async () => {
    await prometheus.stop();
    pages.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('evaluates every rule without an error or a warning', async () => {
    type Rule = { readonly name: string; readonly health: string; readonly lastError?: string };
    const { groups } = await get<{
      readonly groups: readonly { readonly rules: readonly Rule[] }[];
    }>('/api/v1/rules');
    const rules = groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(100);
    expect(rules.filter((rule) => rule.health !== 'ok')).toEqual([]);
    expect(prometheus.log()).not.toMatch(/level=(warn|error)/);
  });

  it('records every series, once for both exporters', async () => {
    const names = new Set(
      recordingGroups().flatMap(({ rules }) => rules.map((rule) => rule.record)),
    );
    for (const name of names) {
      const series = await query(name);
      expect(series.length, name).toBeGreaterThan(0);
      for (const { metric } of series) {
        expect(Object.keys(metric), name).not.toContain('instance');
      }
    }
  });

  it('answers every expression of the dashboards with data', async () => {
    const empty: string[] = [];
    for (const { panel, expression } of listDashboardExpressions({
      target: 'crm1',
      rateInterval: '10s',
    })) {
      if ((await query(expression)).length === 0) empty.push(`${panel}: ${expression}`);
    }
    expect(empty).toEqual([]);
  });

  it('tells the evidence of an incident what it needs, with masked words', async () => {
    const http = createHttpClient({ allow: ['127.0.0.1'] }, { clock });
    const client = createPrometheusClient({ url, http, timeoutMs: 10_000 });
    const alerts = await askFiringAlerts(client, 'crm1');
    const past = await askFiringAlerts(client, 'crm1', clock.now());
    if (!alerts.ok || !past.ok) throw new Error('Prometheus told no alerts');
    const unreachable = alerts.value.find(({ name }) => name === 'CrmUnreachable');
    expect(unreachable?.words.slice(0, 10).join(' ')).toBe(
      'crm <target> cannot be reached the <probe> probe of <target>',
    );
    expect(Math.abs((unreachable?.startsAtMs ?? 0) - clock.now())).toBeLessThan(120_000);
    expect(new Set(past.value.map(({ name }) => name))).toContain('CrmUnreachable');
    expect(past.value[0]?.words).toEqual([]);
    const source = createEvidenceSource({
      prometheus: client,
      clock,
      baselineMs: 3_600_000,
      dependencies: new Map([['shop', ['crm1']]]),
      changes: [{ name: 'deployment', query: 'min(timestamp(up)) - 60 + 0 * count("$target")' }],
    });
    const evidence = await source.gather({ target: 'crm1', alerts: alerts.value });
    expect(evidence.platform).toBe('fake');
    expect(evidence.gaps).toEqual([expect.stringMatching(/^changes \(deployment\): Prometheus/)]);
    // Two exporters took each measurement, which is one signal.
    expect(evidence.signals.length).toBeGreaterThan(15);
    const keys = evidence.signals.map(({ metric, labels }) => JSON.stringify([metric, labels]));
    expect(new Set(keys).size).toBe(keys.length);
    expect(decodeEvidence(JSON.parse(JSON.stringify(evidence)), 'evidence')).toEqual(evidence);
    const related = await source.gather({ target: 'shop', alerts: [] });
    expect(related.related).toMatchObject([
      {
        target: 'crm1',
        signals: evidence.signals.map(({ metric, labels }) => ({ metric, labels })),
      },
    ]);
    expect(related.gaps).toContain('Prometheus has no series of shop');
    http.close();
  });

  it('fires once for both exporters, with the reason as an annotation', async () => {
    type Alert = {
      readonly labels: Readonly<Record<string, string>>;
      readonly annotations: Readonly<Record<string, string>>;
    };
    const { alerts } = await get<{ readonly alerts: readonly Alert[] }>('/api/v1/alerts');
    const named = (name: string) => alerts.filter((alert) => alert.labels['alertname'] === name);
    expect(named('CrmUnreachable')).toHaveLength(1);
    expect(named('CrmUnreachable')[0]?.annotations).toMatchObject({
      reason: 'tcp',
      description: 'The reachability probe of crm1 failed in all its attempts. Reason: tcp.',
    });
    const severities = named('CrmDataIncomplete').map((alert) => alert.labels['severity']);
    expect(severities).toHaveLength(2);
    expect(new Set(severities)).toEqual(new Set(['critical', 'warning']));
    expect(JSON.stringify(alerts)).not.toContain('error expanding');
  });
});
