import type { PrometheusClient, RangeSeries } from '../../src/responder/evidence/evidence.ts';

export type InventedSeries = {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly points: RangeSeries['points'];
};

export type InventedPrometheus = PrometheusClient & {
  /** Every expression that was asked, in order. */
  readonly asked: readonly string[];
};

/** Whether a series is of the names and the targets of an expression of ours; other expressions name a metric alone. */
function isMeant(labels: Readonly<Record<string, string>>, expression: string): boolean {
  const { __name__: name = '', target } = labels;
  const names = /__name__=~"([^"]*)"/.exec(expression)?.[1];
  if (names === undefined) return name === expression;
  const [, operator, text = '""'] = /target(=~?)("(?:[^"\\]|\\.)*")/.exec(expression) ?? [];
  const wanted = JSON.parse(text) as string;
  const isTarget =
    operator === '=~' ? new RegExp(`^(?:${wanted})$`).test(target ?? '') : target === wanted;
  return names.split('|').includes(name) && isTarget;
}

/** Answers what the evidence asks out of these series, as Prometheus would; instant queries tell the last point. */
export function createInventedPrometheus(series: readonly InventedSeries[]): InventedPrometheus {
  const asked: string[] = [];
  const find = (expression: string): readonly InventedSeries[] => {
    asked.push(expression);
    return series.filter(({ labels }) => isMeant(labels, expression));
  };
  return {
    asked,
    async query(expression, { atMs = Infinity } = {}) {
      const value = find(expression).flatMap(({ labels, points }) => {
        const last = points.findLast((point) => point.atMs <= atMs);
        return last === undefined ? [] : [{ labels, value: last.value }];
      });
      return { ok: true, value };
    },
    async queryRange(expression, { startMs, endMs }) {
      const value = find(expression).map(({ labels, points }) => ({
        labels,
        points: points.filter(({ atMs }) => atMs >= startMs && atMs <= endMs),
      }));
      return { ok: true, value };
    },
    async alerts() {
      return { ok: true, value: [] };
    },
  };
}
