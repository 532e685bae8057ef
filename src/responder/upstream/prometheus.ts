import { SCRAPE_JOBS } from '../../catalog/catalog.ts';
import { isFields, isTextMap, known, unknown } from '../../std/std.ts';
import type { Fields, Knowable } from '../../std/std.ts';
import { askJson, timeOf } from './ask.ts';
import type { AskOptions, JsonAnswer, Server } from './ask.ts';
import type { PrometheusAlert, PrometheusAnswer, RuleState } from './upstream-view.ts';

const MAXIMUM_SERIES = 200_000;
/** A rule that missed three turns, or half a minute where turns are short, is not evaluated. */
const MISSED_TURNS = 3;
const GRACE_MS = 30_000;

const QUERIES = {
  alerts: '{__name__=~"ALERTS|ALERTS_FOR_STATE"}',
  exporters: `max(up{job="${SCRAPE_JOBS.exporter}"})`,
  targets: 'group by (target) (crm_target_info)',
} as const;

/**
 * Asks a Prometheus which alerts fire, whether their rules are evaluated, and which CRMs it sees (Prometheus HTTP
 * API v1). One question that fails makes the whole unknown: half an answer would be read as calm.
 */
export async function askPrometheus(
  server: Server,
  options: AskOptions,
): Promise<Knowable<PrometheusAnswer>> {
  const query = async (expression: string): Promise<Knowable<readonly Fields[]>> =>
    decodeSeries(
      await askJson(server, `/api/v1/query?query=${encodeURIComponent(expression)}`, options),
    );
  const [alerts, exporters, targets, rules] = await Promise.all([
    query(QUERIES.alerts),
    query(QUERIES.exporters),
    query(QUERIES.targets),
    // Servers before 2.50 ignore the second parameter and tell the alerts too.
    askJson(server, '/api/v1/rules?type=alert&exclude_alerts=true', options).then(decodeRules),
  ]);
  if (!alerts.known) return alerts;
  if (!exporters.known) return exporters;
  if (!targets.known) return targets;
  if (!rules.known) return rules;
  return known({
    alerts: Map.groupBy(toAlerts(alerts.value), ({ name }) => name),
    rules: rules.value,
    isExporterUp: exporters.value.some(({ value }) => Array.isArray(value) && value[1] === '1'),
    targets: new Set(targets.value.flatMap((series) => labelsOf(series)['target'] ?? [])),
  });
}

function dataOf(answer: Knowable<JsonAnswer>, key: string): Knowable<readonly unknown[]> {
  if (!answer.known) return answer;
  const { body } = answer.value;
  const data = isFields(body) && body['status'] === 'success' ? body['data'] : undefined;
  const list = isFields(data) ? data[key] : undefined;
  return Array.isArray(list) ? known(list) : unknown('bad_payload', `its answer has no ${key}`);
}

export function decodeSeries(answer: Knowable<JsonAnswer>): Knowable<readonly Fields[]> {
  const result = dataOf(answer, 'result');
  if (!result.known) return result;
  if (result.value.length > MAXIMUM_SERIES) {
    return unknown('bad_payload', `it answered with more than ${MAXIMUM_SERIES} series`);
  }
  if (!result.value.every(isFields)) return unknown('bad_payload', 'a series cannot be read');
  return known(result.value);
}

function labelsOf(series: Fields): Readonly<Record<string, string>> {
  const { metric } = series;
  return isTextMap(metric) ? metric : {};
}

/** ALERTS says which alerts there are, and ALERTS_FOR_STATE, in seconds, since when. */
function toAlerts(series: readonly Fields[]): readonly PrometheusAlert[] {
  const startsAtMs = new Map<string, number>();
  for (const entry of series) {
    const { __name__: metric, ...labels } = labelsOf(entry);
    const { value } = entry;
    const seconds = Array.isArray(value) ? Number(value[1]) : Number.NaN;
    if (metric === 'ALERTS_FOR_STATE' && seconds > 0) startsAtMs.set(keyOf(labels), seconds * 1000);
  }
  return series.flatMap((entry) => {
    const { __name__: metric, alertstate, ...labels } = labelsOf(entry);
    const { alertname } = labels;
    if (metric !== 'ALERTS' || alertname === undefined) return [];
    const state = alertstate === 'pending' ? 'pending' : 'firing';
    const startedAtMs = startsAtMs.get(keyOf(labels)) ?? null;
    return [{ name: alertname, state, startsAtMs: startedAtMs, labels }] as const;
  });
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** By name; of several rules with one name the worst state counts. Times are all by Prometheus' own clock. */
export function decodeRules(
  answer: Knowable<JsonAnswer>,
): Knowable<ReadonlyMap<string, RuleState>> {
  const groups = dataOf(answer, 'groups');
  if (!groups.known) return groups;
  const nowMs = answer.known ? answer.value.serverTimeMs : null;
  const states = new Map<string, RuleState>();
  for (const group of groups.value) {
    const rules = isFields(group) ? group['rules'] : undefined;
    if (!isFields(group) || !Array.isArray(rules)) {
      return unknown('bad_payload', 'a group of rules cannot be read');
    }
    const intervalMs = Number(group['interval']) * 1000;
    for (const rule of rules as readonly unknown[]) {
      const name = isFields(rule) ? rule['name'] : undefined;
      if (!isFields(rule) || typeof name !== 'string') continue;
      const state = stateOf(rule, Number.isNaN(intervalMs) ? 0 : intervalMs, nowMs);
      if (states.get(name)?.isEvaluated !== false) states.set(name, state);
    }
  }
  return known(states);
}

function stateOf(rule: Fields, intervalMs: number, nowMs: number | null): RuleState {
  if (rule['health'] === 'err') {
    return { isEvaluated: false, why: 'its rule fails in Prometheus' };
  }
  const lastMs = timeOf(rule['lastEvaluation']);
  const limitMs = Math.max(MISSED_TURNS * intervalMs, intervalMs + GRACE_MS);
  if (lastMs === undefined || nowMs === null || nowMs - lastMs > limitMs) {
    return { isEvaluated: false, why: 'Prometheus does not evaluate its rule' };
  }
  return { isEvaluated: true, why: '' };
}
