export { ALERTS, ALERT_NAMES, alertDefinition } from './alerts.ts';
export type { AlertArea, AlertCondition, AlertDefinition } from './alert-definition.ts';
export type { AlertName } from './alerts.ts';
export { FAILURE_REASONS, UNKNOWN_REASONS } from './failure-reasons.ts';
export type { FailureReason, UnknownReason } from './failure-reasons.ts';
export {
  FAULT_CLASSES,
  FAULT_CLASS_NAMES,
  NO_FAULT,
  UNKNOWN_FAULT,
  faultClassDefinition,
} from './fault-classes.ts';
export type {
  DiagnosisAnswer,
  DiagnosisClass,
  ExpectedEvidence,
  FaultClass,
  FaultClassDefinition,
} from './fault-classes.ts';
export { MEASUREMENTS, MEASUREMENT_NAMES } from './measurements.ts';
export type { MeasurementName } from './measurements.ts';
export { DASHBOARD_UIDS, PIPE_ALERT, SCRAPE_JOBS } from './operation-names.ts';
export { PROBE_METRICS } from './probe-metrics.ts';
export type { ProbeMetricName } from './probe-metrics.ts';
export { SELF_METRICS } from './self-metrics.ts';
export type {
  SelfCounterName,
  SelfGaugeName,
  SelfHistogramName,
  SelfMetricName,
} from './self-metrics.ts';
export type { MetricDefinition, MetricUnit, ThresholdDefinition } from './metrics.ts';
export {
  INTEGRATION_KINDS,
  JOB_STATES,
  LOGIN_FAILURE_REASONS,
  PROBE_KINDS,
  PROBE_KIND_NAMES,
  REQUEST_PHASES,
  SEVERITIES,
} from './probe-kinds.ts';
export type {
  IntegrationKind,
  JobState,
  LoginFailureReason,
  ProbeArea,
  ProbeKindDefinition,
  ProbeKindName,
  RequestPhase,
  Severity,
  StateType,
} from './probe-kinds.ts';
