import type { FailureReason, MeasurementName, ProbeKindName } from '../../catalog/catalog.ts';

export const EVIDENCE_SCHEMA = 'crmwatch.evidence/1';

export type EvidenceAlert = {
  readonly name: string;
  readonly severity: string;
  /** Only labels of the catalog (probe, reason, object, field, …); never free text. */
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
};

export type EvidenceProbe = {
  readonly probe: ProbeKindName;
  /** Null when Prometheus has no current value. */
  readonly success: boolean | null;
  readonly reason: FailureReason | null;
  readonly hardFailure: boolean | null;
  readonly attempt: number | null;
};

/** One measured series around the onset. */
export type EvidenceSignal = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  /** The newest value, or null when the series has none within the last minutes. */
  readonly current: number | null;
  /** Median and interquartile range over the baseline window before the onset; null without samples. */
  readonly baselineMedian: number | null;
  readonly baselineInterquartileRange: number | null;
  readonly baselineSamples: number;
  /** Values since the onset, oldest first, at most 60. */
  readonly recent: readonly number[];
  /** The warning threshold of the series, when it has one. */
  readonly threshold: number | null;
  readonly bad: 'above' | 'below' | null;
};

/**
 * Everything the diagnosis looks at, frozen. The same value gives the same diagnosis for ever, so it can be
 * saved and replayed. It holds no personal data: only names of the catalog, configured names and numbers.
 */
export type Evidence = {
  readonly schema: typeof EVIDENCE_SCHEMA;
  readonly target: string;
  readonly platform: string;
  readonly capturedAtMs: number;
  /** The earliest start of the alerts, by Prometheus' clock. */
  readonly onsetAtMs: number;
  readonly alerts: readonly EvidenceAlert[];
  readonly probes: readonly EvidenceProbe[];
  readonly signals: readonly EvidenceSignal[];
  /** What could not be asked, in words; an empty list means complete evidence. */
  readonly gaps: readonly string[];
};
