import { ALERTS, ALERT_NAMES, MEASUREMENTS, SEVERITIES } from '../catalog/catalog.ts';
import type {
  AlertArea,
  AlertCondition,
  AlertName,
  MeasurementName,
  Severity,
} from '../catalog/catalog.ts';
import { alertAnnotations } from './annotations.ts';
import {
  badComparison,
  breachName,
  enoughSamples,
  meanName,
  seriesLabels,
  thresholdExpression,
  worstLastValue,
} from './expressions.ts';
import type { AlertingRule, RuleGroup } from './rule-file.ts';

export const ALERT_AREAS: readonly AlertArea[] = ['performance', 'security', 'quality', 'pipeline'];

/** The severities in which an alert exists: those with a threshold or a state, or its own single one. */
export function alertSeverities(name: AlertName): readonly (Severity | 'none')[] {
  const { condition, severity } = ALERTS[name];
  if (condition.kind === 'state') return SEVERITIES;
  if (condition.kind !== 'threshold') return [severity];
  const defaults = MEASUREMENTS[condition.metric].threshold?.defaults;
  return SEVERITIES.filter((each) => defaults?.[each] !== undefined);
}

/** One group per area, in the order of the catalog. */
export function alertGroups(): readonly RuleGroup<AlertingRule>[] {
  return ALERT_AREAS.map((area) => ({
    name: `crmwatch-alerts-${area}`,
    rules: ALERT_NAMES.filter((name) => ALERTS[name].area === area).flatMap(alertRules),
  }));
}

function alertRules(name: AlertName): readonly AlertingRule[] {
  const definition = ALERTS[name];
  const { condition } = definition;
  return alertSeverities(name).map((severity) => ({
    alert: name,
    expr: conditionExpression(condition, severity),
    ...('forDuration' in condition && condition.forDuration !== '0s'
      ? { for: condition.forDuration }
      : {}),
    labels: { severity, area: definition.area },
    annotations: alertAnnotations(name, definition),
  }));
}

function conditionExpression(condition: AlertCondition, severity: Severity | 'none'): string {
  switch (condition.kind) {
    case 'probe_failed':
      return `max by (target, probe) (crm_probe_hard_failure{probe=~"${condition.probes.join('|')}"}) == 1`;
    case 'threshold':
      return thresholdCondition(condition.metric, severity as Severity);
    case 'state':
      return stateCondition(condition, severity as Severity);
    case 'off':
      return `min by (${seriesLabels(condition.metric).join(', ')}) (${condition.metric}) == 0`;
    case 'increase': {
      const by = seriesLabels(condition.metric).join(', ');
      return [
        `max by (${by}) (${condition.metric})`,
        `- min by (${by}) (min_over_time(${condition.metric}[${condition.window}]))`,
        '> 0',
      ].join('\n');
    }
    case 'drop': {
      const by = seriesLabels(condition.metric).join(', ');
      return [
        `min by (${by}) (${condition.metric})`,
        `/ max by (${by}) (quantile_over_time(0.5, ${condition.metric}[${condition.window}]))`,
        `< ${condition.ratio}`,
      ].join('\n');
    }
    default:
      return condition.expression;
  }
}

/** Where exporters disagree, the worse one. As with thresholds, warning and critical stand beside each other. */
function stateCondition(
  { metric, unknown }: Extract<AlertCondition, { kind: 'state' }>,
  severity: Severity,
): string {
  const worst = (name: MeasurementName): string =>
    `max by (${seriesLabels(name).join(', ')}) (${name})`;
  return severity === 'critical'
    ? `${worst(metric)} >= 2`
    : [
        `${worst(metric)} >= 1`,
        ...(unknown === undefined ? [] : [`or ${worst(unknown)} == 1`]),
      ].join('\n');
}

/**
 * The mean makes it fire on more than a single bad value, once there are enough values for a mean; the last value makes it resolve at once. Its value
 * is the mean. Warning and critical stand beside each other: hiding one is the routing's decision.
 */
function thresholdCondition(metric: MeasurementName, severity: Severity): string {
  const on = `on (${seriesLabels(metric).join(', ')})`;
  return [
    meanName(metric, '5m'),
    `and ${on} ${breachName(metric, '5m')}{severity="${severity}"} == 1`,
    `and ${on} ${enoughSamples(metric, '5m')}`,
    `and ${on} (`,
    `  ${worstLastValue(metric)}`,
    `  ${badComparison(metric)} on (target) group_left ()`,
    `  ${thresholdExpression(metric, severity)}`,
    ')',
  ].join('\n');
}
