import type { ProbeKindName, Severity } from './probe-kinds.ts';

export type MetricUnit =
  | 'seconds'
  | 'ratio'
  | 'timestamp'
  | 'count'
  | 'boolean'
  | 'info'
  | 'native';

export type ThresholdDefinition = {
  /** Which side of the threshold is bad. */
  readonly bad: 'above' | 'below';
  readonly defaults: Readonly<Record<Severity, number>>;
};

export type MetricDefinition = {
  readonly kind: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly unit: MetricUnit;
  readonly labels: readonly string[];
  /** The probe kind that measures it; absent for what crmwatch says about itself. */
  readonly probe?: ProbeKindName;
  /** Thresholds that are exported as crm_probe_threshold and can be overridden per target. */
  readonly threshold?: ThresholdDefinition;
};
