import { MEASUREMENTS, alertDefinition } from '../catalog/catalog.ts';
import type { MeasurementName, Severity } from '../catalog/catalog.ts';
import { selector } from '../responder/evidence/evidence.ts';
import type { PrometheusClient } from '../responder/evidence/evidence.ts';
import type { IncidentAlert } from '../responder/incidents/incidents.ts';
import { createVerifier } from '../responder/repair/repair.ts';
import type { Verifier } from '../responder/repair/repair.ts';
import type { Clock } from '../std/std.ts';
import type { Targets } from './targets.ts';

type Parts = {
  readonly targets: Targets;
  readonly prometheus: PrometheusClient;
  readonly clock: Clock;
};

/**
 * For an increase, the smallest value of the window before the alert; for a drop, the accepted share of its
 * median. The window ends where the alert starts: one that ended now would after its own length hold nothing
 * but the bad value, and call that recovered.
 */
async function limitFor(
  prometheus: PrometheusClient,
  alert: IncidentAlert,
): Promise<number | null> {
  const condition = alertDefinition(alert.name)?.condition;
  if (condition?.kind !== 'increase' && condition?.kind !== 'drop') return null;
  const { metric, window } = condition;
  const labels = Object.fromEntries(
    ['target', ...MEASUREMENTS[metric].labels].flatMap((name) => {
      const value = alert.labels[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const series = `${selector(metric, labels)}[${window}] @ ${alert.startsAtMs / 1000}`;
  const expression =
    condition.kind === 'increase'
      ? `min(min_over_time(${series}))`
      : `max(quantile_over_time(0.5, ${series})) * ${condition.ratio}`;
  const outcome = await prometheus.query(expression);
  return outcome.ok ? (outcome.value[0]?.value ?? null) : null;
}

async function isStillTrue(
  prometheus: PrometheusClient,
  alert: IncidentAlert,
): Promise<boolean | null> {
  const condition = alertDefinition(alert.name)?.condition;
  if (condition?.kind !== 'expression') return null;
  const [outcome, alive] = await Promise.all([
    prometheus.query(condition.expression),
    // An expression without a result proves nothing unless something is scraped at all.
    prometheus.query('count(up == 1)'),
  ]);
  if (!outcome.ok || !alive.ok || alive.value.length === 0) return null;
  return outcome.value.some(({ labels }) =>
    Object.entries(alert.labels).every(
      ([name, value]) => labels[name] === undefined || labels[name] === value,
    ),
  );
}

/** Recovery is judged by the probes of the configured targets, thresholds by the same configuration. */
export function createTargetVerifier({ targets, prometheus, clock }: Parts): Verifier {
  return createVerifier({
    clock,
    async runProbe(name, probe) {
      const run = await targets.run(name, probe);
      if (run === undefined)
        throw new Error(`target ${name} or its probe ${probe} is not configured`);
      return run;
    },
    thresholdFor(name: string, metric: MeasurementName, severity: Severity) {
      const override = targets.find(name)?.config.thresholds[metric]?.[severity];
      const value = override ?? MEASUREMENTS[metric].threshold?.defaults[severity] ?? null;
      return Promise.resolve(value);
    },
    limitFor: async (alert) => limitFor(prometheus, alert),
    isStillTrue: async (alert) => isStillTrue(prometheus, alert),
  });
}
