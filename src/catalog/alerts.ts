import type { AlertDefinition } from './alert-definition.ts';
import { PERFORMANCE_ALERTS } from './performance-alerts.ts';
import type { PerformanceAlertName } from './performance-alerts.ts';
import { PIPELINE_ALERTS } from './pipeline-alerts.ts';
import type { PipelineAlertName } from './pipeline-alerts.ts';
import { QUALITY_ALERTS } from './quality-alerts.ts';
import type { QualityAlertName } from './quality-alerts.ts';
import { SECURITY_ALERTS } from './security-alerts.ts';
import type { SecurityAlertName } from './security-alerts.ts';

export const ALERTS: Readonly<Record<AlertName, AlertDefinition>> = {
  ...PERFORMANCE_ALERTS,
  ...SECURITY_ALERTS,
  ...QUALITY_ALERTS,
  ...PIPELINE_ALERTS,
};

export type AlertName =
  | PerformanceAlertName
  | SecurityAlertName
  | QualityAlertName
  | PipelineAlertName;
export const ALERT_NAMES: readonly AlertName[] = Object.keys(ALERTS) as AlertName[];

export function alertDefinition(name: string): AlertDefinition | undefined {
  return Object.hasOwn(ALERTS, name) ? ALERTS[name as AlertName] : undefined;
}
