export { ALERTS, ALERT_NAMES, alertDefinition } from './alerts.ts';
export type { AlertArea, AlertCondition, AlertDefinition, AlertName } from './alerts.ts';
export { FAILURE_REASONS, UNKNOWN_REASONS } from './failure-reasons.ts';
export type { FailureReason, UnknownReason } from './failure-reasons.ts';
export { FAULT_CLASSES, FAULT_CLASS_NAMES, NO_FAULT, UNKNOWN_FAULT } from './fault-classes.ts';
export type {
  DiagnosisAnswer,
  DiagnosisClass,
  FaultClass,
  FaultClassDefinition,
} from './fault-classes.ts';
export { MEASUREMENTS, MEASUREMENT_NAMES, PROBE_METRICS, SELF_METRICS } from './metrics.ts';
export type {
  MeasurementName,
  MetricDefinition,
  MetricUnit,
  ProbeMetricName,
  SelfMetricName,
  ThresholdDefinition,
} from './metrics.ts';
export {
  JOB_STATES,
  PROBE_KINDS,
  PROBE_KIND_NAMES,
  REQUEST_PHASES,
  SEVERITIES,
  STATE_TYPES,
} from './probe-kinds.ts';
export type {
  JobState,
  ProbeArea,
  ProbeKindName,
  RequestPhase,
  Severity,
  StateType,
} from './probe-kinds.ts';
