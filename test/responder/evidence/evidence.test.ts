import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '../../../src/http/http.ts';
import { extractFeatures, localise } from '../../../src/responder/diagnosis/diagnosis.ts';
import {
  createEvidenceSource,
  createPrometheusClient,
  decodeEvidence,
  quotePromQL,
} from '../../../src/responder/evidence/evidence.ts';
import type { EvidenceSignal } from '../../../src/responder/evidence/evidence.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const ONSET_MS = Date.UTC(2026, 0, 5, 9, 0, 0);

/** Only what the expression asks for by name, as Prometheus would. */
function asked(result: unknown, body: string | undefined): unknown {
  if (!Array.isArray(result)) return result;
  const expression = new URLSearchParams(body).get('query') ?? '';
  const names = /__name__=~"([^"]*)"/.exec(expression)?.[1]?.split('|') ?? [];
  return result.filter((series: { metric: Record<string, string> }) =>
    names.includes(series.metric['__name__'] ?? ''),
  );
}

/** Answers as the HTTP API of Prometheus documents it; refuses every other request. */
function prometheusHttp(
  instant: unknown,
  range: unknown,
): { http: HttpClient; requests: HttpRequest[] } {
  const requests: HttpRequest[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    'http://prometheus/api/v1/query': instant,
    'http://prometheus/api/v1/query_range': range,
  };
  const http: HttpClient = {
    async request(request) {
      requests.push(request);
      const result = answers[request.url];
      if (result === undefined) throw new Error(`unexpected request ${request.url}`);
      if (typeof result === 'number') {
        return {
          ok: true,
          answer: { status: result, headers: {}, body: '<html>', phases: {}, totalSeconds: 0 },
        };
      }
      const found = asked(result, request.body);
      const body = JSON.stringify({
        status: 'success',
        data: { resultType: 'x', result: found },
      });
      return { ok: true, answer: { status: 200, headers: {}, body, phases: {}, totalSeconds: 0 } };
    },
    close() {},
  };
  return { http, requests };
}

function sourceOf(instant: unknown, range: unknown): ReturnType<typeof createEvidenceSource> {
  const { http } = prometheusHttp(instant, range);
  const prometheus = createPrometheusClient({ url: 'http://prometheus', http, timeoutMs: 1000 });
  const clock = createManualClock(ONSET_MS + 60_000);
  return createEvidenceSource({ prometheus, clock, baselineMs: 3_600_000 });
}

const ALERT = {
  name: 'CrmApiSlow',
  severity: 'critical',
  labels: { alertname: 'CrmApiSlow', target: 'sales', call: 'light', team: 'blue' },
  startsAtMs: ONSET_MS,
  words: ['api', 'of', '<target>', 'is', 'slow'],
};

const LATENCY_LABELS = {
  __name__: 'crm_api_latency_seconds',
  call: 'light',
  target: 'sales',
  job: 'crmwatch-exporter',
  instance: 'x',
};

function latency(values: readonly [offsetSeconds: number, value: string][]): unknown {
  return {
    metric: LATENCY_LABELS,
    values: values.map(([offset, value]) => [ONSET_MS / 1000 + offset, value]),
  };
}

describe('evidence', () => {
  it('holds the state of each probe, each signal with a robust baseline, and only labels of the catalog', async () => {
    const instant = [
      { metric: { __name__: 'crm_probe_success', probe: 'login' }, value: [0, '0'] },
      {
        metric: { __name__: 'crm_probe_failure_reason', probe: 'login', reason: 'timeout' },
        value: [0, '1'],
      },
      { metric: { __name__: 'crm_probe_hard_failure', probe: 'login' }, value: [0, '1'] },
      { metric: { __name__: 'crm_probe_attempt', probe: 'login' }, value: [0, '3'] },
      {
        metric: {
          __name__: 'crm_probe_threshold',
          metric: 'crm_api_latency_seconds',
          severity: 'warning',
        },
        value: [0, '1'],
      },
      { metric: { __name__: 'crm_target_info', platform: 'tryton' }, value: [0, '1'] },
      { metric: LATENCY_LABELS, value: [0, '60'] },
    ];
    const range = [
      latency([
        [-300, '1'],
        [-200, '2'],
        [-100, '3'],
        [-10, '40'],
        [0, '50'],
        [60, '60'],
      ]),
    ];
    const evidence = await sourceOf(instant, range).gather({ target: 'sales', alerts: [ALERT] });
    expect(evidence).toEqual({
      schema: 'crmwatch.evidence/2',
      target: 'sales',
      platform: 'tryton',
      capturedAtMs: ONSET_MS + 60_000,
      onsetAtMs: ONSET_MS,
      alerts: [{ ...ALERT, labels: { call: 'light' } }],
      probes: [
        { probe: 'login', success: false, reason: 'timeout', hardFailure: true, attempt: 3 },
      ],
      signals: [
        {
          metric: 'crm_api_latency_seconds',
          labels: { call: 'light' },
          current: 60,
          baselineMedian: 2,
          baselineInterquartileRange: 1,
          baselineSamples: 3,
          recent: [40, 50, 60],
          lowest: 40,
          highest: 60,
          slope: expect.closeTo(120 / 7, 9) as number,
          onsetAtMs: ONSET_MS - 10_000,
          threshold: 1,
          bad: 'above',
        },
      ],
      changes: [],
      logs: null,
      dependsOn: [],
      related: [],
      gaps: [],
    });
    expect(decodeEvidence(JSON.parse(JSON.stringify(evidence)), 'evidence')).toEqual(evidence);
  });

  it('has no current value for a series that Prometheus marked as ended', async () => {
    const evidence = await sourceOf(
      [],
      [
        latency([
          [-600, '1'],
          [-300, '1'],
        ]),
      ],
    ).gather({
      target: 'sales',
      alerts: [ALERT],
    });
    expect(evidence.signals[0]?.current).toBeNull();
    expect(evidence.platform).toBe('unknown');
  });

  it('names as gaps what Prometheus did not answer, instead of calling it normal', async () => {
    const evidence = await sourceOf(503, 503).gather({ target: 'sales', alerts: [ALERT] });
    expect(evidence.gaps).toEqual([
      'states now: Prometheus answered 503 without its JSON',
      'past measurements: Prometheus answered 503 without its JSON',
      'reloads: Prometheus answered 503 without its JSON',
    ]);
    expect(evidence.signals).toEqual([]);
  });

  it('refuses saved evidence of another schema with every place that is wrong', () => {
    expect(() => decodeEvidence({ schema: 'crmwatch.evidence/0', target: 5 }, 'evidence')).toThrow(
      /evidence\.schema: expected one of crmwatch\.evidence\/2, crmwatch\.evidence\/1.*evidence\.target: expected text/,
    );
  });

  it('reads evidence of the first schema, with nothing in the parts that it did not have', () => {
    const signal = {
      metric: 'crm_records',
      labels: { object: 'deal' },
      current: 5,
      baselineMedian: 9,
      baselineInterquartileRange: 1,
      baselineSamples: 40,
      recent: [9, 4, 6],
      threshold: null,
      bad: null,
    };
    const { words: _words, ...alert } = ALERT;
    const old = {
      schema: 'crmwatch.evidence/1',
      target: 'sales',
      platform: 'rest',
      capturedAtMs: ONSET_MS,
      onsetAtMs: ONSET_MS,
      alerts: [alert],
      probes: [],
      signals: [signal, { ...signal, current: null, recent: [] }],
      gaps: [],
    };
    const nothing = { slope: null, onsetAtMs: null };
    const evidence = decodeEvidence(old, 'evidence');
    expect(evidence).toEqual({
      ...old,
      schema: 'crmwatch.evidence/2',
      alerts: [{ ...alert, words: [] }],
      signals: [
        { ...signal, ...nothing, lowest: 4, highest: 9 },
        { ...signal, ...nothing, current: null, recent: [], lowest: null, highest: null },
      ],
      changes: [],
      logs: null,
      dependsOn: [],
      related: [],
    });
    expect(decodeEvidence(JSON.parse(JSON.stringify(evidence)), 'evidence')).toEqual(evidence);
  });

  it('refuses more than the evidence may hold, naming the place and the remedy', () => {
    const alerts = [{ ...ALERT, words: Array.from({ length: 61 }, () => 'a') }];
    const tooMuch = { schema: 'crmwatch.evidence/2', alerts, logs: [{ template: 'a', count: -1 }] };
    expect(() => decodeEvidence(tooMuch, 'e')).toThrow(
      /e\.alerts\[0\]\.words: expected 0 to 60 items, found 61.*e\.logs\[0\]\.count: expected/,
    );
  });

  it('holds no value that JSON cannot, whatever Prometheus tells and whatever the clocks say', async () => {
    const value = fc.constantFrom('NaN', '+Inf', '-Inf', '1e308', '-1e308', '0', '5e-324', '3');
    const points = fc
      .array(fc.tuple(fc.integer({ min: -4000, max: 4000 }), value), { maxLength: 40 })
      .map((all) => all.toSorted(([a], [b]) => a - b));
    await fc.assert(
      fc.asyncProperty(points, value, fc.integer(), async (told, current, skewMs) => {
        const instant = [{ metric: LATENCY_LABELS, value: [0, current] }];
        const alert = { ...ALERT, startsAtMs: Math.max(0, ONSET_MS + skewMs) };
        const request = { target: 'sales', alerts: [alert] };
        const evidence = await sourceOf(instant, [latency(told)]).gather(request);
        expect(decodeEvidence(JSON.parse(JSON.stringify(evidence)), 'e')).toEqual(evidence);
        for (const { value: feature } of extractFeatures(evidence).values()) {
          expect(Number.isFinite(feature)).toBe(true);
        }
        for (const { score } of localise(evidence)) expect(Number.isFinite(score)).toBe(true);
      }),
    );
  });

  it('finds when a series began to move, also before an onset that is given late', async () => {
    const rising = [-300, -200, -100, -60, -45, -10, 0].map((offset): [number, string] => [
      offset,
      offset < -60 ? `${1 + (offset % 3)}` : `${50 + offset / 10}`,
    ]);
    const evidence = await sourceOf([], [latency(rising)]).gather({
      target: 'sales',
      alerts: [ALERT],
    });
    expect(evidence.signals[0]?.onsetAtMs).toBe(ONSET_MS - 60_000);
  });

  it('keeps what is usual apart from the trouble, however late the first alert comes', async () => {
    const usualBefore = async (fromSeconds: number, lateSeconds: number): Promise<unknown> => {
      const told = Array.from({ length: 1 + fromSeconds / 15 }, (_, index): [number, string] => {
        const offset = 15 * index - fromSeconds;
        return [offset, offset >= -lateSeconds ? '20' : index % 2 === 0 ? '1' : '2'];
      });
      const source = sourceOf([], [latency(told)]);
      const { signals } = await source.gather({ target: 'sales', alerts: [ALERT] });
      const [{ baselineInterquartileRange, onsetAtMs }] = signals as [EvidenceSignal];
      return [baselineInterquartileRange, (ONSET_MS - (onsetAtMs ?? 0)) / 1000];
    };
    expect(await usualBefore(120, 60)).toEqual([1, 60]);
    // Most of what is known from before the alert is part of the trouble.
    expect(await usualBefore(225, 150)).toEqual([1, 150]);
    expect(await usualBefore(3600, 75)).toEqual([1, 75]);
    expect(await usualBefore(3600, 600)).toEqual([1, 600]);
  });

  it('quotes hostile target names for PromQL', () => {
    expect(quotePromQL('a"b\\c\nd')).toBe(String.raw`"a\"b\\c\nd"`);
  });
});
