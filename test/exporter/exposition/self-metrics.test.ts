import { describe, expect, it } from 'vitest';
import { SELF_METRICS } from '../../../src/catalog/catalog.ts';
import type {
  SelfCounterName,
  SelfGaugeName,
  SelfHistogramName,
  SelfMetricName,
} from '../../../src/catalog/catalog.ts';
import {
  PLAIN_SCRAPE,
  createExposition,
  createSelfMetrics,
} from '../../../src/exporter/exposition/exposition.ts';
import type { SelfMetrics } from '../../../src/exporter/exposition/exposition.ts';
import { createSilentLogger } from '../../../src/std/std.ts';
import { parseExposition } from '../../support/exposition-parser.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { metricsText, pageText } from '../../support/page-text.ts';
import { createReport, createRun } from '../../support/fake-run.ts';

const logger = createSilentLogger();

async function selfText(metrics: SelfMetrics): Promise<string> {
  return pageText(await metrics.renderPage(PLAIN_SCRAPE));
}

function labelsOf(name: SelfMetricName): Record<string, string> {
  return Object.fromEntries(SELF_METRICS[name].labels.map((label) => [label, 'x']));
}

describe('createSelfMetrics', () => {
  it('can record every metric of the catalog as what the catalog says it is', async () => {
    const metrics = createSelfMetrics({ logger, withProcessMetrics: false });
    for (const [name, { kind }] of Object.entries(SELF_METRICS)) {
      const labels = labelsOf(name as SelfMetricName);
      if (kind === 'counter') metrics.increment(name as SelfCounterName, labels, 2);
      else if (kind === 'gauge') metrics.set(name as SelfGaugeName, 2, labels);
      else metrics.observe(name as SelfHistogramName, 2, labels);
    }
    const families = parseExposition(await selfText(metrics));
    expect([...families.keys()].sort()).toEqual(Object.keys(SELF_METRICS).sort());
    for (const [name, { kind }] of Object.entries(SELF_METRICS)) {
      expect(families.get(name)?.kind).toBe(kind);
      expect(families.get(name)?.series.at(-1)?.value).toBe(kind === 'histogram' ? 1 : 2);
    }
  });

  it('shows declared counters as 0 and no gauge before it is set', async () => {
    const metrics = createSelfMetrics({
      logger,
      withProcessMetrics: false,
      declared: ['crmwatch_intake_events_total', 'crmwatch_probe_start_delay_seconds'],
    });
    const families = parseExposition(await selfText(metrics));
    expect(families.get('crmwatch_intake_events_total')?.series[0]?.value).toBe(0);
    expect(families.has('crmwatch_watchdog_last_seen_timestamp_seconds')).toBe(false);
  });

  it('replaces all series of a gauge, and looks values up before it renders', async () => {
    const metrics = createSelfMetrics({ logger, withProcessMetrics: false });
    const open = (severity: string, value: number) => ({
      labels: { fault_class: 'service_outage', severity },
      value,
    });
    metrics.beforeRender(() => {
      throw new Error('the store is gone');
    });
    metrics.replace('crmwatch_incidents_open', [open('warning', 1), open('critical', 2)]);
    metrics.beforeRender(() => metrics.replace('crmwatch_incidents_open', [open('critical', 3)]));
    const series = parseExposition(await selfText(metrics)).get('crmwatch_incidents_open')?.series;
    expect(series?.map(({ labels, value }) => [labels.severity, value])).toEqual([['critical', 3]]);
  });

  it('joins with the results of the probes to one valid page with process metrics', async () => {
    const metrics = createSelfMetrics({ logger });
    const exposition = createExposition({ clock: createManualClock(), selfMetrics: metrics });
    exposition.record(createReport(createRun('a', 'login')));
    metrics.set('crmwatch_probes_in_flight', 1);
    const families = parseExposition(await metricsText(exposition));
    expect(families.has('process_cpu_seconds_total')).toBe(true);
    expect(families.has('crm_probe_success')).toBe(true);
    expect(families.has('crmwatch_probes_in_flight')).toBe(true);
  });

  it('lets no collector that fails spoil the others, and counts it', async () => {
    const metrics = createSelfMetrics({ logger });
    metrics.set('crmwatch_probes_in_flight', 1);
    metrics.beforeRender(() => Promise.reject(new Error('no')));
    expect(await selfText(metrics)).toContain('crmwatch_probes_in_flight 1');
    const families = parseExposition(await selfText(metrics));
    expect(families.get('crmwatch_collector_failures_total')?.series).toEqual([
      { name: 'crmwatch_collector_failures_total', labels: { metric: 'refresh' }, value: 2 },
    ]);
    expect(families.has('process_cpu_seconds_total')).toBe(true);
  });

  it('waits no longer than its limit for a callback that never ends', async () => {
    const clock = createManualClock();
    const metrics = createSelfMetrics({ logger, clock, withProcessMetrics: false });
    metrics.set('crmwatch_probes_in_flight', 1);
    metrics.beforeRender(async () => new Promise<void>(() => {}));
    const page = selfText(metrics);
    await clock.advance(2000);
    expect(await page).toContain('crmwatch_probes_in_flight 1');
  });
});
