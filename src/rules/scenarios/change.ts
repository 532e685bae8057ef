import { ALERTS } from '../../catalog/catalog.ts';
import type { AlertName, MeasurementName } from '../../catalog/catalog.ts';
import { seriesLabels } from '../expressions.ts';
import {
  constant,
  exporterSeries,
  FIRST_PHASE_END_SECONDS,
  gap,
  PHASE_SAMPLES,
  SAMPLE_SECONDS,
  sampleLabels,
  SECOND_PHASE_SECONDS,
} from './scenario.ts';
import type { Check, Scenario } from './scenario.ts';

/** A change that is undone lasts less than what was before, so that it has not become the usual. */
const CHANGE_SAMPLES: number = PHASE_SAMPLES / 2;

/** Values of a metric before and after a change, and what the alert says about it. */
type Change = {
  readonly before: number;
  readonly after: number;
  readonly harmless: number;
  readonly value: number;
  readonly harmlessTitle: string;
};

/** Alerts on something added. The window is an hour in every alert so far; the scenarios last half of it. */
export function increaseScenarios(alert: AlertName, metric: MeasurementName): readonly Scenario[] {
  return changeScenarios(alert, metric, {
    before: 3,
    after: 5,
    harmless: 2,
    value: 2,
    harmlessTitle: 'when there are fewer',
  });
}

/** Alerts on a fall below `ratio` of what there was. */
export function dropScenarios(
  alert: AlertName,
  metric: MeasurementName,
  ratio: number,
): readonly Scenario[] {
  const scenarios = changeScenarios(alert, metric, {
    before: 1000,
    after: Math.round(1000 * (ratio - 0.1)),
    harmless: Math.round(1000 * ratio),
    value: Math.round(1000 * (ratio - 0.1)) / 1000,
    harmlessTitle: 'when exactly the allowed share is left',
  });
  return [...scenarios, surplusScenario(alert, metric)];
}

/** What is cleaned up is no loss. */
function surplusScenario(alert: AlertName, metric: MeasurementName): Scenario {
  const labels = sampleLabels(seriesLabels(metric));
  return {
    alert,
    kind: 'stays quiet',
    title: 'when records that were added by mistake are removed again',
    series: [exporterSeries(metric, labels, `${constant(1000)} 2000x3 ${constant(1000)}`)],
    checks: [{ atSeconds: SECOND_PHASE_SECONDS + 5 * SAMPLE_SECONDS, expected: [] }],
  };
}

function changeScenarios(
  alert: AlertName,
  metric: MeasurementName,
  change: Change,
): readonly Scenario[] {
  const labels = sampleLabels(seriesLabels(metric));
  const { before, after, harmless, value } = change;
  const series = (values: string, instance?: 'a' | 'b') =>
    exporterSeries(metric, labels, values, instance);
  const firing: Check = {
    atSeconds: SECOND_PHASE_SECONDS,
    expected: [{ severity: ALERTS[alert].severity, labels, value }],
  };
  const endSeconds = SECOND_PHASE_SECONDS + CHANGE_SAMPLES * SAMPLE_SECONDS;
  const base = { alert, checks: [firing] };
  return [
    {
      ...base,
      kind: 'fires',
      title: 'within one evaluation of the change',
      series: [series(`${constant(before)} ${constant(after)}`)],
    },
    {
      ...base,
      kind: 'fires',
      title: 'also when the exporter restarts with the change',
      series: [
        series(`${constant(before)} stale`, 'a'),
        series(`${gap()} ${constant(after)}`, 'b'),
      ],
    },
    {
      ...base,
      kind: 'stays quiet',
      title: `without a change, and ${change.harmlessTitle}`,
      series: [series(`${constant(before)} ${constant(harmless)}`)],
      checks: [
        { atSeconds: FIRST_PHASE_END_SECONDS, expected: [] },
        { atSeconds: SECOND_PHASE_SECONDS, expected: [] },
      ],
    },
    {
      ...base,
      kind: 'resolves',
      title: 'within one evaluation of the change being undone',
      series: [
        series(`${constant(before)} ${constant(after, CHANGE_SAMPLES)} ${constant(before)}`),
      ],
      checks: [
        { ...firing, atSeconds: endSeconds - SAMPLE_SECONDS },
        { atSeconds: endSeconds, expected: [] },
      ],
    },
    {
      ...base,
      kind: 'no data',
      title: 'the measurement became unknown',
      series: [series(`${constant(before)} stale`)],
      checks: [{ atSeconds: SECOND_PHASE_SECONDS, expected: [] }],
    },
  ];
}
