import { ALERTS } from '../../catalog/catalog.ts';
import { constant, responderSeries } from './scenario.ts';
import type { Check, InputSeries, Scenario } from './scenario.ts';

const HOUR_SECONDS = 3600;
const HOUR_SAMPLES = 60;

/** What has to be proved about the alert that evidence is unlike the training. */
export function diagnosisDriftScenarios(): readonly Scenario[] {
  const alert = 'CrmDiagnosisDrift';
  const psi = (feature: string, values: string): InputSeries =>
    responderSeries('crmwatch_diagnosis_feature_drift_psi', { feature }, values);
  const firing: Check = {
    atSeconds: 7 * HOUR_SECONDS,
    expected: [{ severity: ALERTS[alert].severity, labels: {}, value: 2 }],
  };
  return [
    {
      alert,
      kind: 'fires',
      title: 'when features stay far from the training for six hours',
      series: ['a', 'b'].map((feature) => psi(feature, constant(0.25, 8 * HOUR_SAMPLES))),
      checks: [{ atSeconds: 5 * HOUR_SECONDS, expected: [] }, firing],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'when they are near it, or far for an hour',
      series: [
        psi('a', constant(0.24, 8 * HOUR_SAMPLES)),
        psi('b', `${constant(0.9, HOUR_SAMPLES)} ${constant(0.1, 7 * HOUR_SAMPLES)}`),
      ],
      checks: [{ atSeconds: 7 * HOUR_SECONDS, expected: [] }],
    },
    {
      alert,
      kind: 'resolves',
      title: 'within one evaluation of a model that knows them',
      series: ['a', 'b'].map((feature) =>
        psi(feature, `${constant(0.5, 7 * HOUR_SAMPLES + 1)} ${constant(0.01)}`),
      ),
      checks: [firing, { atSeconds: 7 * HOUR_SECONDS + 60, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'too few incidents are known',
      series: [responderSeries('up', {}, constant(1, 8 * HOUR_SAMPLES))],
      checks: [{ atSeconds: 7 * HOUR_SECONDS, expected: [] }],
    },
  ];
}

/** What has to be proved about the alert that answers became worse. */
export function diagnosisWorseScenarios(): readonly Scenario[] {
  const alert = 'CrmDiagnosisWorse';
  const found = (values: string): InputSeries =>
    responderSeries(
      'crmwatch_diagnosis_drift_detected_timestamp_seconds',
      { stream: 'log_loss' },
      values,
    );
  const firing = (atSeconds: number): Check => ({
    atSeconds,
    expected: [
      { severity: ALERTS[alert].severity, labels: { stream: 'log_loss' }, value: atSeconds },
    ],
  });
  // Promtool's clock starts at the epoch: what was found at 0 is as old as the scenario.
  return [
    {
      alert,
      kind: 'fires',
      title: 'after a minute',
      series: [found(constant(0, 60))],
      checks: [firing(600)],
    },
    {
      alert,
      kind: 'stays quiet',
      title: 'about what was found more than a day ago',
      series: [found(constant(-86_400, 60))],
      checks: [{ atSeconds: 600, expected: [] }],
    },
    {
      alert,
      kind: 'resolves',
      title: 'when another model is champion',
      series: [found(`${constant(0, 11)} stale`)],
      checks: [firing(600), { atSeconds: 660, expected: [] }],
    },
    {
      alert,
      kind: 'no data',
      title: 'nothing was found',
      series: [responderSeries('up', {}, constant(1, 60))],
      checks: [{ atSeconds: 600, expected: [] }],
    },
  ];
}
