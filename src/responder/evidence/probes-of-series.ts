import { FAILURE_REASONS, PROBE_KIND_NAMES } from '../../catalog/catalog.ts';
import type { FailureReason } from '../../catalog/catalog.ts';
import type { EvidenceProbe } from './evidence-value.ts';
import type { InstantSeries } from './prometheus.ts';

/** What is asked of Prometheus about probes. */
export const PROBE_SERIES = [
  'crm_probe_success',
  'crm_probe_failure_reason',
  'crm_probe_hard_failure',
  'crm_probe_attempt',
  'crm_probe_threshold',
  'crm_target_info',
] as const;

/** The first series of a metric that has these labels. */
export function findSeries(
  series: readonly InstantSeries[],
  metric: (typeof PROBE_SERIES)[number],
  labels: Readonly<Record<string, string>>,
): InstantSeries | undefined {
  return series.find(
    (candidate) =>
      candidate.labels['__name__'] === metric &&
      Object.entries(labels).every(([name, value]) => candidate.labels[name] === value),
  );
}

/** A newer exporter may know reasons that this version does not. */
function reasonOf(series: InstantSeries | undefined): FailureReason | null {
  const reason = series?.labels['reason'];
  return reason !== undefined && Object.hasOwn(FAILURE_REASONS, reason)
    ? (reason as FailureReason)
    : null;
}

/** How each probe of a target is doing, from all instant series of that target. */
export function probesOf(series: readonly InstantSeries[]): readonly EvidenceProbe[] {
  return PROBE_KIND_NAMES.flatMap((probe): EvidenceProbe[] => {
    const success = findSeries(series, 'crm_probe_success', { probe });
    const hard = findSeries(series, 'crm_probe_hard_failure', { probe });
    const attempt = findSeries(series, 'crm_probe_attempt', { probe })?.value ?? null;
    if (success === undefined && hard === undefined) return [];
    return [
      {
        probe,
        success: success === undefined ? null : success.value === 1,
        reason: reasonOf(findSeries(series, 'crm_probe_failure_reason', { probe })),
        hardFailure: hard === undefined ? null : hard.value === 1,
        attempt: Number.isFinite(attempt) ? attempt : null,
      },
    ];
  });
}
