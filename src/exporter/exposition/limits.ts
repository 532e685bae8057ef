/** What one probe run may expose; beyond it nothing is silent: see crm_probe_series_dropped. */
export type ExpositionLimits = {
  /** Characters of a label value. */
  readonly labelValueLength: number;
  /** Series of one run of a probe. */
  readonly seriesPerProbe: number;
};

export const DEFAULT_EXPOSITION_LIMITS: ExpositionLimits = {
  labelValueLength: 512,
  seriesPerProbe: 10_000,
};
