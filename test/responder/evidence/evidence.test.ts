import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '../../../src/http/http.ts';
import {
  createEvidenceSource,
  createPrometheusClient,
  decodeEvidence,
  quotePromQL,
} from '../../../src/responder/evidence/evidence.ts';
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
      schema: 'crmwatch.evidence/1',
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
          threshold: 1,
          bad: 'above',
        },
      ],
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
    ]);
    expect(evidence.signals).toEqual([]);
  });

  it('refuses saved evidence of another schema with every place that is wrong', () => {
    expect(() => decodeEvidence({ schema: 'crmwatch.evidence/0', target: 5 }, 'evidence')).toThrow(
      /evidence\.schema: expected one of crmwatch\.evidence\/1.*evidence\.target: expected text/,
    );
  });

  it('quotes hostile target names for PromQL', () => {
    expect(quotePromQL('a"b\\c\nd')).toBe(String.raw`"a\"b\\c\nd"`);
  });
});
