import { ALERTS } from '../../catalog/catalog.ts';
import type { AlertName, MeasurementName } from '../../catalog/catalog.ts';
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

/** Alerts on what should be on, 1, and is off, 0. */
export function offScenarios(alert: AlertName, metric: MeasurementName): readonly Scenario[] {
  const labels = sampleLabels(seriesLabels(metric));
  const series = (values: string, instance?: 'a' | 'b'): InputSeries =>
    exporterSeries(metric, labels, values, instance);
  const at = (atSeconds: number, isFiring: boolean): Check => ({
    atSeconds,
    expected: isFiring ? [{ severity: ALERTS[alert].severity, labels, value: 0 }] : [],
  });
  return [
    {
      alert,
      kind: 'fires',
      title: 'once, though only one of two exporters sees it',
      series: [series(constant(1), 'a'), series(constant(0), 'b')],
      checks: [at(FIRST_PHASE_END_SECONDS, true)],
    },
    {
      alert,
      kind: 'fires',
      title: 'without a break when the exporter restarts under another address',
      series: [series(`${constant(0)} stale`, 'a'), series(`${gap()} ${constant(0)}`, 'b')],
      checks: [at(FIRST_PHASE_END_SECONDS, true), at(SECOND_PHASE_SECONDS, true)],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'while it is on, and when it was off for a single sample',
      series: [series(`${constant(1)} 0 ${constant(1)}`)],
      checks: [at(SECOND_PHASE_SECONDS, false), at(SECOND_PHASE_SECONDS + 60, false)],
    },
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of the first good result',
      series: [series(`${constant(0)} ${constant(1)}`)],
      checks: [at(FIRST_PHASE_END_SECONDS, true), at(SECOND_PHASE_SECONDS, false)],
    },
    {
      alert,
      kind: 'no data',
      title: 'nobody knows any more whether it is on',
      series: [series(`${constant(0)} stale`)],
      checks: [at(FIRST_PHASE_END_SECONDS, true), at(SECOND_PHASE_SECONDS, false)],
    },
  ];
}
