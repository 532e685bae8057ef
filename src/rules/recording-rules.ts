import { MEASUREMENTS, MEASUREMENT_NAMES, SEVERITIES } from '../catalog/catalog.ts';
import type { MeasurementName } from '../catalog/catalog.ts';
import {
  badComparison,
  breachName,
  MEAN_WINDOWS,
  meanExpression,
  meanName,
  seriesLabels,
  successName,
  thresholdExpression,
} from './expressions.ts';
import type { MeanSubject, MeanWindow } from './expressions.ts';
import type { RecordingRule, RuleGroup } from './rule-file.ts';

/** Every gauge a mean makes sense of: not timestamps, nor settings that are exported as they are. */
export const MEAN_MEASUREMENTS: readonly MeasurementName[] = MEASUREMENT_NAMES.filter((name) => {
  const { kind, unit } = MEASUREMENTS[name];
  return kind === 'gauge' && (unit === 'seconds' || unit === 'ratio' || unit === 'count');
});

export const THRESHOLD_MEASUREMENTS: readonly MeasurementName[] = MEAN_MEASUREMENTS.filter(
  (name) => MEASUREMENTS[name].threshold !== undefined,
);

/**
 * One group per window. Means come before what is computed from them, because Prometheus evaluates the
 * rules of a group in order: a breach always belongs to the mean of the same evaluation.
 */
export function recordingGroups(): readonly RuleGroup<RecordingRule>[] {
  return MEAN_WINDOWS.map((window) => ({
    name: `crmwatch-means-${window}`,
    rules: [
      ...MEAN_MEASUREMENTS.map((metric) => meanRule(metric, window)),
      ...THRESHOLD_MEASUREMENTS.flatMap((metric) => breachRules(metric, window)),
      meanRule('crm_probe_success', window),
      meanRule('crm_probe_duration_seconds', window),
      ...successRules(window),
    ],
  }));
}

function meanRule(metric: MeanSubject, window: MeanWindow): RecordingRule {
  return {
    record: meanName(metric, window),
    expr: meanExpression(metric, window, seriesLabels(metric)),
  };
}

/** Absent, not 0, where there is no mean or no threshold: what is not compared is not good. */
function breachRules(metric: MeasurementName, window: MeanWindow): readonly RecordingRule[] {
  return SEVERITIES.map((severity) => ({
    record: breachName(metric, window),
    expr: [
      meanName(metric, window),
      `${badComparison(metric)} bool on (target) group_left ()`,
      thresholdExpression(metric, severity),
    ].join('\n'),
    labels: { severity },
  }));
}

function successRules(window: MeanWindow): readonly RecordingRule[] {
  const target = successName('target', window);
  return [
    { record: target, expr: meanExpression('crm_probe_success', window, ['target']) },
    {
      record: successName('platform', window),
      // max by drops the version, which changes during an upgrade.
      expr: [
        'avg by (platform) (',
        `  ${target}`,
        '  * on (target) group_left (platform)',
        '  max by (target, platform) (crm_target_info)',
        ')',
      ].join('\n'),
    },
    { record: successName('fleet', window), expr: `avg(${target})` },
  ];
}
