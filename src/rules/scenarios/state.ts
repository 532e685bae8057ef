import type { AlertCondition, AlertName, Severity } from '../../catalog/catalog.ts';
import { SEVERITIES } from '../../catalog/catalog.ts';
import { seriesLabels } from '../expressions.ts';
import {
  constant,
  exporterSeries,
  FIRST_PHASE_END_SECONDS,
  gap,
  sampleLabels,
  SECOND_PHASE_SECONDS,
} from './scenario.ts';
import type { Check, InputSeries, Scenario } from './scenario.ts';

/** Alerts on a state: 0 good, 1 a warning, 2 critical, absent when it is unknown. */
export function stateScenarios(
  alert: AlertName,
  condition: Extract<AlertCondition, { kind: 'state' }>,
): readonly Scenario[] {
  const labels = sampleLabels(seriesLabels(condition.metric));
  const state = (values: string, instance?: 'a' | 'b'): InputSeries =>
    exporterSeries(condition.metric, labels, values, instance);
  /** No series at all where nobody has to know the state. */
  const unknown = (values: string): readonly InputSeries[] =>
    condition.unknown === undefined ? [] : [exporterSeries(condition.unknown, labels, values)];
  const firing = (value: number, severities: readonly Severity[], atSeconds: number): Check => ({
    atSeconds,
    expected: severities.map((severity) => ({ severity, labels, value })),
  });
  const quiet = { atSeconds: SECOND_PHASE_SECONDS, expected: [] };
  const atFirstEnd = (value: number, severities: readonly Severity[]): Check =>
    firing(value, severities, FIRST_PHASE_END_SECONDS);
  const make = (
    kind: Scenario['kind'],
    title: string,
    series: readonly InputSeries[],
    ...checks: readonly Check[]
  ): Scenario => ({ alert, kind, title, series, checks });
  const becomesUnknown = make(
    'fires',
    'as warning without a break when a critical state becomes unknown',
    [state(`${constant(2)} stale`), ...unknown(`${constant(0)} ${constant(1)}`)],
    atFirstEnd(2, SEVERITIES),
    firing(1, ['warning'], SECOND_PHASE_SECONDS),
  );
  return [
    make(
      'fires',
      'as warning and as critical, once, though two exporters see it',
      [state(constant(2), 'a'), state(constant(2), 'b')],
      atFirstEnd(2, SEVERITIES),
    ),
    make('fires', 'as warning only', [state(constant(1))], atFirstEnd(1, ['warning'])),
    ...(condition.unknown === undefined ? [] : [becomesUnknown]),
    make(
      'fires',
      'without a break when the exporter restarts under another address',
      [state(`${constant(2)} stale`, 'a'), state(`${gap()} ${constant(2)}`, 'b')],
      atFirstEnd(2, SEVERITIES),
      firing(2, SEVERITIES, SECOND_PHASE_SECONDS),
    ),
    make(
      'stays quiet',
      'while it is good, and for a single bad result',
      [state(`${constant(0)} 2 ${constant(0)}`), ...unknown(constant(0, 20))],
      quiet,
      { ...quiet, atSeconds: SECOND_PHASE_SECONDS + 60 },
    ),
    make(
      'resolves',
      'within one evaluation of the first good result',
      [state(`${constant(2)} ${constant(0)}`)],
      atFirstEnd(2, SEVERITIES),
      quiet,
    ),
    make(
      'no data',
      'nothing is known any more, not even that it is unknown',
      [state(`${constant(1)} stale`), ...unknown(`${constant(0)} stale`)],
      atFirstEnd(1, ['warning']),
      quiet,
    ),
  ];
}
