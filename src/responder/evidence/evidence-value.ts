import type { FailureReason, MeasurementName, ProbeKindName } from '../../catalog/catalog.ts';

export const EVIDENCE_SCHEMA = 'crmwatch.evidence/2';

/** Files of these schemas are read as well; what they do not have is empty. */
export const READABLE_SCHEMAS = ['crmwatch.evidence/2', 'crmwatch.evidence/1'] as const;

/** Evidence is kept for a year, so every part of it has an end. What was cut is named in its gaps. */
export const EVIDENCE_LIMITS = {
  alerts: 500,
  words: 60,
  /** Of a word; anything longer is an identifier of something and is masked. */
  wordCharacters: 40,
  labelCharacters: 1000,
  /** Of the target itself, and of each related one. */
  signals: 2000,
  relatedSignals: 200,
  recent: 60,
  changes: 20,
  logTemplates: 200,
  related: 20,
} as const;

export type EvidenceAlert = {
  readonly name: string;
  readonly severity: string;
  /** Only labels of the catalog (probe, reason, object, field, …); never free text. */
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAtMs: number;
  /**
   * What its summary and description say: lower-case words in their order, with a placeholder such as `<email>` or
   * `<target>` for whatever tells one alert from another of its kind (see mask-words.ts).
   */
  readonly words: readonly string[];
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
  /** Of all values since the onset, the current one too; null when there is none. */
  readonly lowest: number | null;
  readonly highest: number | null;
  /** Theil–Sen, per minute, since the onset; null with fewer than three values. */
  readonly slope: number | null;
  /** When it began to leave its usual range to its bad side, or to either where no side is bad; null when it did not. */
  readonly onsetAtMs: number | null;
  /** The warning threshold of the series, when it has one. */
  readonly threshold: number | null;
  readonly bad: 'above' | 'below' | null;
};

/** Something that was changed at a known time: a deployment, a new version, a reload of the configuration. */
export type EvidenceChange = { readonly name: string; readonly atMs: number };

/** Lines of a log that say the same, but for what was masked. */
export type EvidenceLogTemplate = {
  /** Words and placeholders, with one space between them. */
  readonly template: string;
  /** Lines since the onset. */
  readonly count: number;
  /** Lines in the hour before it. */
  readonly before: number;
};

/** What was seen of a target that the one in trouble depends on, directly or not. */
export type RelatedEvidence = {
  readonly target: string;
  readonly dependsOn: readonly string[];
  readonly probes: readonly EvidenceProbe[];
  readonly signals: readonly EvidenceSignal[];
};

/**
 * Everything the diagnosis looks at, frozen. The same value gives the same diagnosis for ever, so it can be
 * saved and replayed. It holds no personal data: only names of the catalog, configured names, masked words and numbers.
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
  /** The newest first. */
  readonly changes: readonly EvidenceChange[];
  /** The most frequent first; null when no log was given. */
  readonly logs: readonly EvidenceLogTemplate[] | null;
  /** The targets that this one depends on, as declared. */
  readonly dependsOn: readonly string[];
  readonly related: readonly RelatedEvidence[];
  /** What could not be asked, in words; an empty list means complete evidence. */
  readonly gaps: readonly string[];
};
