import type { SelfMetricName } from '../../catalog/catalog.ts';
import { EVIDENCE_LIMITS } from './evidence-value.ts';
import type { EvidenceChange } from './evidence-value.ts';
import { quotePromQL } from './prometheus.ts';
import type { InstantSeries, PrometheusClient, RangeSeries } from './prometheus.ts';

/** A PromQL expression whose values are the times of changes, in seconds since the epoch. */
export type ChangeQuery = { readonly name: string; readonly query: string };

/** Older changes have had their time to show. */
const LONGEST_AGO_MS = 7 * 86_400_000;
/** Clocks differ; what lies further ahead is no change that was made. */
const AHEAD_MS = 60_000;

const RELOAD_METRIC: SelfMetricName = 'crmwatch_config_last_reload_success_timestamp_seconds';

type Window = { readonly startMs: number; readonly endMs: number; readonly stepSeconds: number };

/** `$target` stands for the name of the target, inside the quotes that the expression puts around it. */
function expressionFor(query: string, target: string): string {
  return query.replaceAll('$target', () => quotePromQL(target).slice(1, -1));
}

function changesOfInstants(name: string, series: readonly InstantSeries[]): EvidenceChange[] {
  return series.map(({ value }) => ({ name, atMs: Math.round(value * 1000) }));
}

/** A gauge that holds a time and jumps to another one: the exporter read its configuration again. */
function reloadsOf(series: readonly RangeSeries[]): EvidenceChange[] {
  return series.flatMap(({ points }) =>
    points.flatMap(({ value }, index) =>
      index > 0 && value > (points[index - 1]?.value ?? value)
        ? [{ name: 'monitoring configuration', atMs: Math.round(value * 1000) }]
        : [],
    ),
  );
}

/** A version that was not there before: the series of another one had begun earlier. */
export function versionChangesOf(infos: readonly RangeSeries[]): readonly EvidenceChange[] {
  const begins = infos.flatMap(({ labels, points }) => {
    const first = points[0];
    const version = labels['version'] ?? '';
    return first === undefined || version === '' ? [] : [{ version, atMs: first.atMs }];
  });
  const firstOf = new Map<string, number>();
  for (const { version, atMs } of begins) {
    firstOf.set(version, Math.min(atMs, firstOf.get(version) ?? Infinity));
  }
  const earliest = Math.min(...firstOf.values());
  return [...firstOf.values()]
    .filter((atMs) => atMs > earliest)
    .map((atMs) => ({ name: 'version', atMs }));
}

/** Asks what was changed. Never throws: what could not be asked is named in `gaps`. */
export async function askChanges(
  prometheus: PrometheusClient,
  queries: readonly ChangeQuery[],
  { target, window }: { readonly target: string; readonly window: Window },
): Promise<{ readonly changes: readonly EvidenceChange[]; readonly gaps: readonly string[] }> {
  const atMs = window.endMs;
  const answers = await Promise.all([
    ...queries.map(async ({ name, query }) => {
      const outcome = await prometheus.query(expressionFor(query, target), { atMs });
      if (!outcome.ok) return { changes: [], gap: `changes (${name}): ${outcome.failure.detail}` };
      return { changes: changesOfInstants(name, outcome.value), gap: undefined };
    }),
    prometheus.queryRange(RELOAD_METRIC, window).then((outcome) => {
      if (!outcome.ok) return { changes: [], gap: `reloads: ${outcome.failure.detail}` };
      return { changes: reloadsOf(outcome.value), gap: undefined };
    }),
  ]);
  return {
    changes: answers.flatMap(({ changes }) => changes),
    gaps: answers.flatMap(({ gap }) => gap ?? []),
  };
}

/** Without copies and without what cannot be, the newest first. */
export function tidyChanges(
  changes: readonly EvidenceChange[],
  capturedAtMs: number,
): readonly EvidenceChange[] {
  const believable = changes.filter(
    ({ atMs }) =>
      atMs >= Math.max(0, capturedAtMs - LONGEST_AGO_MS) && atMs <= capturedAtMs + AHEAD_MS,
  );
  const distinct = new Map(believable.map((change) => [`${change.atMs} ${change.name}`, change]));
  return [...distinct.values()]
    .toSorted((a, b) => b.atMs - a.atMs || (a.name < b.name ? -1 : 1))
    .slice(0, EVIDENCE_LIMITS.changes);
}
