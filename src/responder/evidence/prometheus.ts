import type { Failure, HttpClient, Outcome } from '../../http/http.ts';

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
  query(expression: string): Promise<Outcome<readonly InstantSeries[]>>;
  queryRange(
    expression: string,
    range: { readonly startMs: number; readonly endMs: number; readonly stepSeconds: number },
  ): Promise<Outcome<readonly RangeSeries[]>>;
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

function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((label) => typeof label === 'string')
  );
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

function seriesOf(data: unknown): readonly Record<string, unknown>[] | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const { result } = data as { result?: unknown };
  return Array.isArray(result) ? (result as Record<string, unknown>[]) : undefined;
}

function pointOf(value: unknown): RangePoint | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const [time, text] = value as [unknown, unknown];
  if (typeof time !== 'number' || typeof text !== 'string') return undefined;
  return { atMs: Math.round(time * 1000), value: parseValue(text) };
}

function failure(reason: Failure['reason'], detail: string): { ok: false; failure: Failure } {
  return { ok: false, failure: { reason, detail } };
}

export function createPrometheusClient(options: PrometheusClientOptions): PrometheusClient {
  const { url, http, timeoutMs, token } = options;

  async function ask(
    path: string,
    parameters: Readonly<Record<string, string>>,
  ): Promise<Outcome<readonly Record<string, unknown>[]>> {
    // POST, since an expression over many metrics outgrows what proxies allow in a URL.
    const outcome = await http.request({
      method: 'POST',
      url: `${url}${path}`,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: new URLSearchParams(parameters).toString(),
      timeoutMs,
    });
    if (!outcome.ok) return outcome;
    const { status, body } = outcome.answer;
    if (status === 401 || status === 403) {
      return failure('authentication', `Prometheus answered ${status}`);
    }
    const answer = decodeAnswer(body);
    if (answer === undefined) {
      return failure('bad_payload', `Prometheus answered ${status} without its JSON`);
    }
    const series = answer.status === 'success' ? seriesOf(answer.data) : undefined;
    if (series === undefined) {
      return failure('server_error', `Prometheus answered ${status}: ${body.slice(0, 200)}`);
    }
    return { ok: true, value: series };
  }

  return {
    async query(expression) {
      const outcome = await ask('/api/v1/query', { query: expression });
      if (!outcome.ok) return outcome;
      const value = outcome.value.flatMap((series) => {
        const sample = pointOf(series['value']);
        const labels = series['metric'];
        return sample !== undefined && isLabels(labels) ? [{ labels, value: sample.value }] : [];
      });
      return { ok: true, value };
    },
    async queryRange(expression, { startMs, endMs, stepSeconds }) {
      const outcome = await ask('/api/v1/query_range', {
        query: expression,
        start: (startMs / 1000).toFixed(3),
        end: (endMs / 1000).toFixed(3),
        step: String(stepSeconds),
      });
      if (!outcome.ok) return outcome;
      const value = outcome.value.flatMap((series) => {
        const labels = series['metric'];
        const values = series['values'];
        if (!isLabels(labels) || !Array.isArray(values)) return [];
        const points = values.map(pointOf).filter((candidate) => candidate !== undefined);
        return [{ labels, points }];
      });
      return { ok: true, value };
    },
  };
}

/** Escapes a text for use inside a double-quoted PromQL string. */
export function quotePromQL(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** A selector such as `metric{a="x",b="y"}`. */
export function selector(metric: string, labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${quotePromQL(value)}`);
  return `${metric}{${matchers.join(',')}}`;
}
