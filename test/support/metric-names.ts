import { MEASUREMENTS, PROBE_METRICS, SELF_METRICS } from '../../src/catalog/catalog.ts';
import type { MetricDefinition } from '../../src/catalog/catalog.ts';
import { recordingGroups } from '../../src/rules/rules.ts';

const METRICS: Readonly<Record<string, MetricDefinition>> = {
  ...MEASUREMENTS,
  ...PROBE_METRICS,
  ...SELF_METRICS,
};

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.entries(METRICS).flatMap(([name, { kind }]) =>
    kind === 'histogram' ? [`${name}_sum`, `${name}_count`, `${name}_bucket`] : [name],
  ),
  ...recordingGroups().flatMap((group) => group.rules.map((rule) => rule.record)),
]);

/** The metric names in an expression, metrics named in label values included. */
export function metricNames(expression: string): readonly string[] {
  return expression.match(/\b(?:[a-z_]+:)?crm(?:watch)?_[a-z0-9_]+(?::[a-z0-9_]+)?/g) ?? [];
}

/** Those of them that neither the catalog nor a recording rule knows. */
export function unknownMetrics(expression: string): readonly string[] {
  return metricNames(expression).filter((name) => !KNOWN.has(name));
}
