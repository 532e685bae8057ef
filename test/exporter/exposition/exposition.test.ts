import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEASUREMENTS, MEASUREMENT_NAMES } from '../../../src/catalog/catalog.ts';
import {
  createExposition,
  thresholdsDecoder,
} from '../../../src/exporter/exposition/exposition.ts';
import type { ProbeResult, Sample } from '../../../src/exporter/probes/probes.ts';
import { decode } from '../../../src/std/std.ts';
import { allSeries, parseExposition } from '../../support/exposition-parser.ts';
import { FAILED, createReport, createRun } from '../../support/fake-run.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { metricsText, probeText } from '../../support/page-text.ts';
import { findProgram } from '../../support/program.ts';

const PROMTOOL = findProgram('promtool');

function passed(samples: readonly Sample[]): ProbeResult {
  return { ok: true, samples, unknowns: [] };
}

function records(object: string, value: number): Sample {
  return { metric: 'crm_records', labels: { object }, value };
}

/** Series of one family as `label values` → value. */
function family(text: string, name: string): Record<string, number> {
  const series = parseExposition(text).get(name)?.series ?? [];
  return Object.fromEntries(
    series.map(({ labels, value }) => [Object.values(labels).join(' '), value]),
  );
}

const hostile = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({
    unit: fc.constantFrom(
      'a',
      ',',
      ':',
      '|',
      '"',
      '\\',
      '\n',
      '\r',
      '{',
      '}',
      '=',
      ' ',
      '#',
      'n',
      '\0',
    ),
    minLength: 1,
  }),
);

describe('renderMetrics', () => {
  it('is read back as the same series, whatever is in the labels; no two merge', async () => {
    const samples = fc.uniqueArray(
      fc.record({
        target: hostile,
        object: hostile,
        field: hostile,
        value: fc.oneof(fc.double(), fc.integer()),
      }),
      { selector: ({ target, object, field }) => JSON.stringify([target, object, field]) },
    );
    await fc.assert(
      fc.asyncProperty(samples, async (wanted) => {
        const exposition = createExposition({ clock: createManualClock() });
        const byTarget = Map.groupBy(wanted, ({ target }) => target);
        for (const [target, ofTarget] of byTarget) {
          const measured = ofTarget.map(({ object, field, value }): Sample => ({
            metric: 'crm_missing_ratio',
            labels: { field, object },
            value,
          }));
          const run = createRun(target, 'data_quality', passed(measured));
          exposition.record(createReport(run));
        }
        const text = await metricsText(exposition);
        // As bytes and back, because that is what a scraper gets.
        const series = parseExposition(new TextDecoder().decode(Buffer.from(text)))
          .get('crm_missing_ratio')
          ?.series.map(({ labels, value }) => JSON.stringify([labels, String(value + 0)]));
        const expected = wanted.map(({ target, object, field, value }) =>
          JSON.stringify([{ target, object, field }, String(value + 0)]),
        );
        expect((series ?? []).sort((a, b) => (a < b ? -1 : 1))).toEqual(
          expected.sort((a, b) => (a < b ? -1 : 1)),
        );
      }),
    );
  });

  it('writes what a page of two targets should be, byte for byte', async () => {
    const exposition = createExposition({ clock: createManualClock(1_001_250) });
    exposition.record(
      createReport(createRun('a', 'data_quality', passed([records('x"\\\n', NaN)]))),
    );
    exposition.record(createReport(createRun('b', 'login', FAILED)));
    const lines = (await metricsText(exposition))
      .split('\n')
      .filter((line) => !line.startsWith('# HELP'));
    expect(lines).toEqual([
      '# TYPE crm_probe_success gauge',
      'crm_probe_success{target="a",probe="data_quality"} 1',
      'crm_probe_success{target="b",probe="login"} 0',
      '# TYPE crm_probe_timeout gauge',
      'crm_probe_timeout{target="a",probe="data_quality"} 0',
      'crm_probe_timeout{target="b",probe="login"} 0',
      '# TYPE crm_probe_failure_reason gauge',
      'crm_probe_failure_reason{target="b",probe="login",reason="tcp"} 1',
      '# TYPE crm_probe_duration_seconds gauge',
      'crm_probe_duration_seconds{target="a",probe="data_quality"} 0.25',
      'crm_probe_duration_seconds{target="b",probe="login"} 0.25',
      '# TYPE crm_probe_run_duration_seconds histogram',
      'crm_probe_run_duration_seconds_bucket{target="a",probe="data_quality",le="+Inf"} 1',
      'crm_probe_run_duration_seconds_sum{target="a",probe="data_quality"} 0.25',
      'crm_probe_run_duration_seconds_count{target="a",probe="data_quality"} 1',
      'crm_probe_run_duration_seconds_bucket{target="b",probe="login",le="+Inf"} 1',
      'crm_probe_run_duration_seconds_sum{target="b",probe="login"} 0.25',
      'crm_probe_run_duration_seconds_count{target="b",probe="login"} 1',
      '# TYPE crm_probe_last_run_timestamp_seconds gauge',
      'crm_probe_last_run_timestamp_seconds{target="a",probe="data_quality"} 1000.25',
      'crm_probe_last_run_timestamp_seconds{target="b",probe="login"} 1000.25',
      '# TYPE crm_probe_interval_seconds gauge',
      'crm_probe_interval_seconds{target="a",probe="data_quality"} 30',
      'crm_probe_interval_seconds{target="b",probe="login"} 30',
      '# TYPE crm_probe_attempt gauge',
      'crm_probe_attempt{target="a",probe="data_quality"} 0',
      'crm_probe_attempt{target="b",probe="login"} 1',
      '# TYPE crm_probe_max_attempts gauge',
      'crm_probe_max_attempts{target="a",probe="data_quality"} 3',
      'crm_probe_max_attempts{target="b",probe="login"} 3',
      '# TYPE crm_probe_hard_state gauge',
      'crm_probe_hard_state{target="a",probe="data_quality"} 1',
      'crm_probe_hard_state{target="b",probe="login"} 0',
      '# TYPE crm_probe_hard_failure gauge',
      'crm_probe_hard_failure{target="a",probe="data_quality"} 0',
      'crm_probe_hard_failure{target="b",probe="login"} 0',
      '# TYPE crm_probe_runs_total counter',
      'crm_probe_runs_total{target="a",probe="data_quality"} 1',
      'crm_probe_runs_total{target="b",probe="login"} 1',
      '# TYPE crm_probe_run_failures_total counter',
      'crm_probe_run_failures_total{target="a",probe="data_quality"} 0',
      'crm_probe_run_failures_total{target="b",probe="login"} 1',
      '# TYPE crm_records gauge',
      'crm_records{target="a",object="x\\"\\\\\\n"} NaN',
      '# TYPE crm_probe_result_age_seconds gauge',
      'crm_probe_result_age_seconds{target="a",probe="data_quality"} 1',
      'crm_probe_result_age_seconds{target="b",probe="login"} 1',
      '',
    ]);
  });

  it('drops the old measurements of a failed probe and keeps those made before it failed', async () => {
    const exposition = createExposition({ clock: createManualClock() });
    const phase = (name: string, value: number): Sample => ({
      metric: 'crm_phase_duration_seconds',
      labels: { phase: name },
      value,
    });
    const report = (result: ProbeResult): void =>
      exposition.record(createReport(createRun('a', 'reachability', result)));
    report(passed([phase('dns', 1), phase('http', 2)]));
    report({ ...FAILED, samples: [phase('dns', 3)] });
    const text = await metricsText(exposition);
    expect(family(text, 'crm_phase_duration_seconds')).toEqual({ 'a dns': 3 });
    expect(family(text, 'crm_probe_runs_total')).toEqual({ 'a reachability': 2 });
    expect(family(text, 'crm_probe_run_failures_total')).toEqual({ 'a reachability': 1 });
    report(passed([]));
    expect(await metricsText(exposition)).not.toContain('crm_phase_duration_seconds');
    expect(await metricsText(exposition)).not.toContain('crm_probe_failure_reason');
    expect(exposition.latest()).toHaveLength(1);
  });

  it('says that a measurement is unknown, once per reason, and never as a number', async () => {
    const exposition = createExposition({ clock: createManualClock() });
    const unknownRatio = (field: string) =>
      ({
        metric: 'crm_missing_ratio',
        labels: { object: 'contact', field },
        reason: 'empty',
        detail: '',
      }) as const;
    const unknowns = [unknownRatio('email'), unknownRatio('phone')];
    exposition.record(
      createReport(createRun('a', 'data_quality', { ok: true, samples: [], unknowns })),
    );
    exposition.setTarget({ name: 'a', platform: 'x', unsupported: ['certificate'] });
    const text = await metricsText(exposition);
    expect(family(text, 'crm_probe_unknown')).toEqual({
      'a data_quality crm_missing_ratio empty': 1,
      'a certificate crm_certificate_not_after_timestamp_seconds not_supported': 1,
      'a certificate crm_certificate_remaining_seconds not_supported': 1,
    });
    expect(text).not.toMatch(/^crm_missing_ratio/m);
  });

  it('tells platform, version once it is known, and thresholds with overrides', async () => {
    const exposition = createExposition({ clock: createManualClock() });
    exposition.setTarget({
      name: 'a',
      platform: 'tryton',
      thresholds: { crm_api_latency_seconds: { warning: 0.5 } },
    });
    expect(family(await metricsText(exposition), 'crm_target_info')).toEqual({ 'a tryton': 1 });
    const result: ProbeResult = { ok: true, samples: [], unknowns: [], version: '6.0' };
    exposition.record(createReport(createRun('a', 'reachability', result)));
    const text = await metricsText(exposition);
    expect(family(text, 'crm_target_info')).toEqual({ 'a tryton 6.0': 1 });
    const thresholds = family(text, 'crm_probe_threshold');
    expect(thresholds['a crm_api_latency_seconds warning']).toBe(0.5);
    expect(thresholds['a crm_api_latency_seconds critical']).toBe(4);
    const expected = MEASUREMENT_NAMES.filter((name) => MEASUREMENTS[name].threshold !== undefined);
    expect(Object.keys(thresholds)).toHaveLength(2 * expected.length);
  });

  it.skipIf(PROMTOOL === undefined)('is what promtool accepts', async () => {
    const exposition = createExposition({ clock: createManualClock() });
    exposition.setTarget({ name: 'a"\\\n,', platform: 'x', unsupported: ['certificate'] });
    const everything = MEASUREMENT_NAMES.map((metric): Sample => ({
      metric,
      labels: Object.fromEntries(MEASUREMENTS[metric].labels.map((label) => [label, `"\\\n{,} ü`])),
      value: -1e21,
    }));
    exposition.record(createReport(createRun('a', 'data_quality', passed(everything))));
    exposition.record(createReport(createRun('b', 'login', FAILED)));
    const input = await metricsText(exposition);
    const checked = spawnSync(PROMTOOL ?? '', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect(`${checked.stdout}${checked.stderr}`).toBe('');
    expect(checked.status).toBe(0);
  });
});

describe('renderProbe', () => {
  it('answers /probe for one run, without the target', async () => {
    const run = createRun('a', 'data_quality', passed([records('contact', 3)]));
    expect(allSeries(await probeText(run))).toEqual([
      { name: 'crm_probe_success', labels: { probe: 'data_quality' }, value: 1 },
      { name: 'crm_probe_timeout', labels: { probe: 'data_quality' }, value: 0 },
      { name: 'crm_probe_duration_seconds', labels: { probe: 'data_quality' }, value: 0.25 },
      { name: 'crm_probe_result_age_seconds', labels: { probe: 'data_quality' }, value: 0 },
      { name: 'crm_records', labels: { object: 'contact' }, value: 3 },
    ]);
    const failed = await probeText(createRun('a', 'login', FAILED));
    expect(family(failed, 'crm_probe_failure_reason')).toEqual({ 'login tcp': 1 });
  });
});

describe('thresholdsDecoder', () => {
  it('accepts known metrics and refuses thresholds in the wrong order, also against a default', async () => {
    const good = { crm_certificate_remaining_seconds: { warning: 2e6, critical: 1e6 } };
    expect(decode.run(thresholdsDecoder, good)).toEqual({ ok: true, value: good });
    const bad = {
      crm_api_latency_seconds: { warning: 9 },
      crm_certificate_remaining_seconds: { warning: 1, critical: 2 },
      crm_records: { warning: 1 },
    };
    const refused = decode.run(thresholdsDecoder, bad, 'thresholds');
    expect(refused.ok ? [] : refused.problems.map(({ place }) => place)).toEqual([
      'thresholds.crm_records',
      'thresholds.crm_api_latency_seconds',
      'thresholds.crm_certificate_remaining_seconds',
    ]);
  });
});
