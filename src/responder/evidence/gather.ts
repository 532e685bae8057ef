import { MEASUREMENT_NAMES } from '../../catalog/catalog.ts';
import type { Clock } from '../../std/std.ts';
import { askChanges, tidyChanges, versionChangesOf } from './changes.ts';
import type { ChangeQuery } from './changes.ts';
import { EVIDENCE_LIMITS, EVIDENCE_SCHEMA } from './evidence-value.ts';
import type { Evidence, EvidenceAlert, RelatedEvidence } from './evidence-value.ts';
import { PROBE_SERIES, findSeries, probesOf } from './probes-of-series.ts';
import { matchAny } from './prometheus.ts';
import type { InstantSeries, PrometheusClient, RangeSeries } from './prometheus.ts';
import { relatedTargets } from './related-targets.ts';
import type { Dependencies } from './related-targets.ts';
import { catalogLabels, signalsOf } from './signals-of-series.ts';

export type EvidenceRequest = {
  readonly target: string;
  readonly alerts: readonly EvidenceAlert[];
  /** The earliest start of the alerts unless given. */
  readonly onsetAtMs?: number;
  /** As things stood at this time; now unless given. */
  readonly atMs?: number;
};

export type EvidenceSource = {
  /** Never throws: what could not be asked is named in `gaps`. */
  gather(request: EvidenceRequest): Promise<Evidence>;
};

export type EvidenceSourceOptions = {
  readonly prometheus: PrometheusClient;
  readonly clock: Clock;
  /** How far before the onset the baseline reaches. */
  readonly baselineMs: number;
  readonly dependencies?: Dependencies;
  readonly changes?: readonly ChangeQuery[];
};

const MAXIMUM_POINTS = 240;
const SHORTEST_STEP_SECONDS = 5;

type Window = { readonly startMs: number; readonly endMs: number; readonly stepSeconds: number };
type TargetSeries = {
  readonly instants: readonly InstantSeries[];
  readonly ranges: readonly RangeSeries[];
};

/** Clocks differ, so an alert may begin after now; a window of no length has no baseline. */
function onsetOf({ alerts, onsetAtMs }: EvidenceRequest, nowMs: number): number {
  const starts = onsetAtMs === undefined ? alerts.map(({ startsAtMs }) => startsAtMs) : [onsetAtMs];
  return starts.reduce((earliest, start) => Math.min(earliest, start), nowMs);
}

/** One question about what is now and one about what was, for all targets at once. */
async function askSeries(
  prometheus: PrometheusClient,
  targets: readonly string[],
  window: Window & { readonly atMs?: number },
): Promise<{ readonly of: (target: string) => TargetSeries; readonly gaps: readonly string[] }> {
  const matcher = matchAny('target', targets);
  const [instants, ranges] = await Promise.all([
    prometheus.query(
      `{__name__=~"${[...PROBE_SERIES, ...MEASUREMENT_NAMES].join('|')}",${matcher}}`,
      window.atMs === undefined ? {} : { atMs: window.atMs },
    ),
    prometheus.queryRange(
      `{__name__=~"${[...MEASUREMENT_NAMES, 'crm_target_info'].join('|')}",${matcher}}`,
      window,
    ),
  ]);
  const gaps = [
    ...(instants.ok ? [] : [`states now: ${instants.failure.detail}`]),
    ...(ranges.ok ? [] : [`past measurements: ${ranges.failure.detail}`]),
  ];
  const targetOf = ({ labels }: InstantSeries | RangeSeries): string =>
    labels['target'] ?? targets[0] ?? '';
  const instantsOf = Map.groupBy(instants.ok ? instants.value : [], targetOf);
  const rangesOf = Map.groupBy(ranges.ok ? ranges.value : [], targetOf);
  const isSeen = instantsOf.has(targets[0] ?? '') || rangesOf.has(targets[0] ?? '');
  return {
    gaps: gaps.length > 0 || isSeen ? gaps : [`Prometheus has no series of ${targets[0]}`],
    of: (target) => ({
      instants: instantsOf.get(target) ?? [],
      ranges: rangesOf.get(target) ?? [],
    }),
  };
}

function isInfo({ labels }: RangeSeries): boolean {
  return labels['__name__'] === 'crm_target_info';
}

function cutGap(target: string, cut: number): readonly string[] {
  return cut === 0 ? [] : [`${cut} series of ${target} that changed least were left out`];
}

export function createEvidenceSource(options: EvidenceSourceOptions): EvidenceSource {
  const { prometheus, clock, baselineMs, dependencies = new Map(), changes = [] } = options;

  function relatedOf(
    target: string,
    { instants, ranges }: TargetSeries,
    onsetAtMs: number,
  ): { readonly evidence: RelatedEvidence; readonly gaps: readonly string[] } {
    const limit = EVIDENCE_LIMITS.relatedSignals;
    const { signals, cut } = signalsOf(ranges, instants, { onsetAtMs, limit });
    const dependsOn = dependencies.get(target) ?? [];
    const evidence = { target, dependsOn, probes: probesOf(instants), signals };
    return { evidence, gaps: cutGap(target, cut) };
  }

  return {
    async gather(request) {
      const { target, alerts } = request;
      const capturedAtMs = request.atMs ?? clock.now();
      const onsetAtMs = onsetOf(request, capturedAtMs);
      const startMs = onsetAtMs - baselineMs;
      const wholeSeconds = (capturedAtMs - startMs) / 1000;
      const stepSeconds = Math.max(SHORTEST_STEP_SECONDS, Math.ceil(wholeSeconds / MAXIMUM_POINTS));
      const window = { startMs, endMs: capturedAtMs, stepSeconds };
      const relatedNames = relatedTargets(dependencies, target);
      const asking = request.atMs === undefined ? window : { ...window, atMs: request.atMs };
      const [series, told] = await Promise.all([
        askSeries(prometheus, [target, ...relatedNames], asking),
        askChanges(prometheus, changes, { target, window }),
      ]);
      const { instants, ranges } = series.of(target);
      const limit = EVIDENCE_LIMITS.signals;
      const { signals, cut } = signalsOf(ranges, instants, { onsetAtMs, limit });
      const related = relatedNames.map((name) => relatedOf(name, series.of(name), onsetAtMs));
      const seen = related.filter(
        ({ evidence }) => evidence.probes.length + evidence.signals.length,
      );
      const versions = versionChangesOf(ranges.filter(isInfo));
      return Object.freeze({
        schema: EVIDENCE_SCHEMA,
        target,
        platform: findSeries(instants, 'crm_target_info', {})?.labels['platform'] ?? 'unknown',
        capturedAtMs,
        onsetAtMs,
        alerts: alerts
          .slice(0, EVIDENCE_LIMITS.alerts)
          .map((alert) => ({ ...alert, labels: catalogLabels(alert.labels) })),
        probes: probesOf(instants),
        signals,
        changes: tidyChanges([...told.changes, ...versions], capturedAtMs),
        logs: null,
        dependsOn: dependencies.get(target) ?? [],
        related: seen.map(({ evidence }) => evidence),
        gaps: [
          ...series.gaps,
          ...told.gaps,
          ...cutGap(target, cut),
          ...seen.flatMap(({ gaps }) => gaps),
        ],
      });
    },
  };
}
