import type { Failure, HttpClient, Outcome } from '../../http/http.ts';
import { isFields, isTextMap } from '../../std/std.ts';

/** One series of an instant query: its labels (with `__name__` when it has one) and its value. */
export type InstantSeries = {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

export type RangePoint = { readonly atMs: number; readonly value: number };
export type RangeSeries = {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly RangePoint[];
};

/** The questions that the responder asks Prometheus. Source: Prometheus HTTP API v1. */
export type PrometheusClient = {
  /** At a time, or now. */
  query(
    expression: string,
    options?: { readonly atMs?: number },
  ): Promise<Outcome<readonly InstantSeries[]>>;
  queryRange(
    expression: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepSeconds: number },
  ): Promise<Outcome<readonly RangeSeries[]>>;
  /** Those of its own rules that fire or are about to, with their annotations. */
  alerts(): Promise<Outcome<readonly PrometheusAlert[]>>;
};

/** As `/api/v1/alerts` tells it. */
export type PrometheusAlert = {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: string;
  /** When its condition became true. */
  readonly activeAtMs: number;
};

export type PrometheusClientOptions = {
  readonly url: string;
  readonly http: HttpClient;
  readonly timeoutMs: number;
  /** Bearer token, when the Prometheus asks for one. */
  readonly token?: string;
};

/** Values arrive as text: "1.5", "NaN", "+Inf", "-Inf". */
function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

type Answer = { readonly status: string; readonly data: unknown };

function decodeAnswer(body: string): Answer | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { status, data } = parsed as { status?: unknown; data?: unknown };
    return typeof status === 'string' ? { status, data } : undefined;
  } catch {
    return undefined;
  }
}

function listOf(data: unknown, key: string): readonly Record<string, unknown>[] | undefined {
  const list = isFields(data) ? data[key] : undefined;
  return Array.isArray(list) ? list.filter(isFields) : undefined;
}

function alertsOf(alert: Record<string, unknown>): PrometheusAlert[] {
  const { labels, annotations, state, activeAt } = alert;
  const activeAtMs = typeof activeAt === 'string' ? Date.parse(activeAt) : Number.NaN;
  if (!isTextMap(labels) || typeof state !== 'string' || Number.isNaN(activeAtMs)) return [];
  return [{ labels, annotations: isTextMap(annotations) ? annotations : {}, state, activeAtMs }];
}

function pointOf(value: unknown): RangePoint | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [time, text] = value as [unknown, unknown];
  if (typeof time !== 'number' || typeof text !== 'string') return undefined;
  return { atMs: Math.round(time * 1000), value: parseValue(text) };
}

function instantsOf({ metric: labels, value }: Record<string, unknown>): InstantSeries[] {
  const sample = pointOf(value);
  return sample !== undefined && isTextMap(labels) ? [{ labels, value: sample.value }] : [];
}

function rangesOf({ metric: labels, values }: Record<string, unknown>): RangeSeries[] {
  if (!isTextMap(labels) || !Array.isArray(values)) return [];
  return [{ labels, points: values.map(pointOf).filter((point) => point !== undefined) }];
}

function failure(reason: Failure['reason'], detail: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { reason, detail } };
}

export function createPrometheusClient(options: PrometheusClientOptions): PrometheusClient {
  const { url, http, timeoutMs, token } = options;

  async function ask(
    path: string,
    parameters: Readonly<Record<string, string>> | null,
    key = 'result',
  ): Promise<Outcome<readonly Record<string, unknown>[]>> {
    const headers = {
      accept: 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const request = { url: `${url}${path}`, timeoutMs };
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const outcome = await http.request(
      parameters === null
        ? { ...request, method: 'GET', headers }
        : // POST, since an expression over many metrics outgrows what proxies allow in a URL.
          {
            ...request,
            method: 'POST',
            headers: form,
            body: new URLSearchParams(parameters).toString(),
          },
    );
    if (!outcome.ok) return outcome;
    const { status, body } = outcome.answer;
    if (status === 401 || status === 403) {
      return failure('authentication', `Prometheus answered ${status}`);
    }
    const answer = decodeAnswer(body);
    if (answer === undefined) {
      return failure('bad_payload', `Prometheus answered ${status} without its JSON`);
    }
    const series = answer.status === 'success' ? listOf(answer.data, key) : undefined;
    if (series === undefined) {
      return failure('server_error', `Prometheus answered ${status}: ${body.slice(0, 200)}`);
    }
    return { ok: true, value: series };
  }

  return {
    async query(expression, { atMs } = {}) {
      const outcome = await ask('/api/v1/query', {
        query: expression,
        ...(atMs === undefined ? {} : { time: secondsOf(atMs) }),
      });
      return outcome.ok ? { ok: true, value: outcome.value.flatMap(instantsOf) } : outcome;
    },
    async queryRange(expression, { startMs, endMs, stepSeconds }) {
      const outcome = await ask('/api/v1/query_range', {
        query: expression,
        start: secondsOf(startMs),
        end: secondsOf(endMs),
        step: String(stepSeconds),
      });
      return outcome.ok ? { ok: true, value: outcome.value.flatMap(rangesOf) } : outcome;
    },
    async alerts() {
      const outcome = await ask('/api/v1/alerts', null, 'alerts');
      return outcome.ok ? { ok: true, value: outcome.value.flatMap(alertsOf) } : outcome;
    },
  };
}

function secondsOf(timeMs: number): string {
  return (timeMs / 1000).toFixed(3);
}

/** Escapes a text for use inside a double-quoted PromQL string. */
export function quotePromQL(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** A matcher of a label that has one of these values, whatever characters they have. */
export function matchAny(label: string, values: readonly string[]): string {
  const [only = ''] = values;
  if (values.length <= 1) return `${label}=${quotePromQL(only)}`;
  const patterns = values.map((value) => value.replaceAll(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`));
  return `${label}=~${quotePromQL(patterns.join('|'))}`;
}

/** A selector such as `metric{a="x",b="y"}`. */
export function selector(metric: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${quotePromQL(value)}`);
  return `${metric}{${matchers.join(',')}}`;
}
