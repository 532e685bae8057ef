import { MEASUREMENTS, SEVERITIES } from '../../catalog/catalog.ts';
import type { AlertName, MeasurementName, Severity } from '../../catalog/catalog.ts';
import { seriesLabels } from '../expressions.ts';
import {
  constant,
  exporterSeries,
  FIRST_PHASE_END_SECONDS,
  gap,
  PHASE_SAMPLES,
  sampleLabels,
  SECOND_PHASE_SECONDS,
} from './scenario.ts';
import type { ExpectedAlert, InputSeries, Scenario } from './scenario.ts';

/** Values on either side of the default thresholds, and one that is only just bad. */
type Levels = {
  readonly good: number;
  readonly justBad: number;
  readonly warning: number;
  readonly critical: number;
};

export function thresholdScenarios(alert: AlertName, metric: MeasurementName): readonly Scenario[] {
  const subject = createSubject(metric);
  return [
    ...firingScenarios(alert, subject),
    ...quietScenarios(alert, subject),
    ...endingScenarios(alert, subject),
    ...missingScenarios(alert, subject),
  ];
}

type Subject = {
  readonly levels: Levels;
  readonly thresholds: readonly InputSeries[];
  readonly series: (values: string, instance?: 'a' | 'b') => InputSeries;
  readonly expected: (value: number, severities?: readonly Severity[]) => readonly ExpectedAlert[];
};

function createSubject(metric: MeasurementName): Subject {
  const { threshold } = MEASUREMENTS[metric];
  if (threshold === undefined) throw new Error(`${metric} has no threshold to test`);
  const { warning, critical } = threshold.defaults;
  const isAbove = threshold.bad === 'above';
  const labels = sampleLabels(seriesLabels(metric));
  return {
    levels: {
      good: isAbove ? warning / 2 : warning * 1.2,
      justBad: isAbove ? warning * 1.05 : warning * 0.95,
      warning: (warning + critical) / 2,
      critical: isAbove ? critical * 1.05 : critical / 2,
    },
    thresholds: SEVERITIES.map((severity) =>
      exporterSeries(
        'crm_probe_threshold',
        { target: 'crm1', metric, severity },
        constant(threshold.defaults[severity], 2 * PHASE_SAMPLES),
      ),
    ),
    series: (values, instance) => exporterSeries(metric, labels, values, instance),
    expected: (value, severities = SEVERITIES) =>
      severities.map((severity) => ({ severity, labels, value })),
  };
}

function firingScenarios(alert: AlertName, subject: Subject): readonly Scenario[] {
  const { levels, thresholds, series, expected } = subject;
  return [
    {
      alert,
      kind: 'fires',
      title: 'past the critical threshold, as warning and as critical',
      series: [...thresholds, series(constant(levels.critical))],
      checks: [{ atSeconds: FIRST_PHASE_END_SECONDS, expected: expected(levels.critical) }],
    },
    {
      alert,
      kind: 'fires',
      title: 'past the warning threshold, as warning only',
      series: [...thresholds, series(constant(levels.warning))],
      checks: [
        { atSeconds: FIRST_PHASE_END_SECONDS, expected: expected(levels.warning, ['warning']) },
      ],
    },
    {
      alert,
      kind: 'fires',
      title: 'once, with two exporters of the same target',
      series: [
        ...thresholds,
        ...thresholds.map((each) => ({
          ...each,
          series: each.series.replace('exporter-a', 'exporter-b'),
        })),
        series(constant(levels.critical), 'a'),
        series(constant(levels.critical), 'b'),
      ],
      checks: [{ atSeconds: FIRST_PHASE_END_SECONDS, expected: expected(levels.critical) }],
    },
  ];
}

function quietScenarios(alert: AlertName, subject: Subject): readonly Scenario[] {
  const { levels, thresholds, series } = subject;
  return [
    {
      alert,
      kind: 'stays quiet',
      title: 'on the good side of both thresholds',
      series: [...thresholds, series(constant(levels.good))],
      checks: [{ atSeconds: FIRST_PHASE_END_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'after a single bad value, which the mean does not follow',
      series: [...thresholds, series(`${constant(levels.good)} ${levels.justBad}`)],
      checks: [{ atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'on the first two values after a start, however bad',
      series: [...thresholds, series(`${gap(PHASE_SAMPLES - 1)} ${constant(levels.critical, 2)}`)],
      checks: [{ atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
  ];
}

function endingScenarios(alert: AlertName, subject: Subject): readonly Scenario[] {
  const { levels, thresholds, series, expected } = subject;
  const firing = { atSeconds: FIRST_PHASE_END_SECONDS, expected: expected(levels.critical) };
  return [
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of the first good value, before the mean is good',
      series: [...thresholds, series(`${constant(levels.critical)} ${constant(levels.good)}`)],
      checks: [firing, { atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'fires',
      title: 'without a break when the exporter restarts under another address',
      series: [
        ...thresholds,
        series(`${constant(levels.critical)} stale`, 'a'),
        series(`${gap()} ${constant(levels.critical)}`, 'b'),
      ],
      checks: [firing, { atSeconds: SECOND_PHASE_SECONDS, expected: expected(levels.critical) }],
    },
  ];
}

function missingScenarios(alert: AlertName, subject: Subject): readonly Scenario[] {
  const { levels, thresholds, series, expected } = subject;
  return [
    {
      alert,
      kind: 'no data',
      title: 'measured nothing, though there are thresholds',
      series: thresholds,
      checks: [{ atSeconds: FIRST_PHASE_END_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'measured, though there are no thresholds',
      series: [series(constant(levels.critical))],
      checks: [{ atSeconds: FIRST_PHASE_END_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'the measurement became unknown: no alert, and no claim that it is good',
      series: [...thresholds, series(`${constant(levels.critical)} stale`)],
      checks: [
        { atSeconds: FIRST_PHASE_END_SECONDS, expected: expected(levels.critical) },
        { atSeconds: SECOND_PHASE_SECONDS, expected: [] },
      ],
    },
  ];
}
