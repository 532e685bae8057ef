import type { MeasurementName } from './measurements.ts';
import type { ProbeKindName, Severity } from './probe-kinds.ts';

/** How the rules room turns the alert into PromQL. */
export type AlertCondition =
  /** A probe kind is in its hard failed state. The rules add the reason to the description. */
  | { readonly kind: 'probe_failed'; readonly probes: readonly ProbeKindName[] }
  /** The mean over 5m and the last value are both past the threshold series, per severity. */
  | { readonly kind: 'threshold'; readonly metric: MeasurementName }
  /**
   * The last state is that of the severity or worse, 1 for a warning and 2 for a critical one, for the duration. What
   * cannot tell its state is a warning, since an alert must not end because nobody knows any more.
   */
  | {
      readonly kind: 'state';
      readonly metric: MeasurementName;
      /** 1 while the state is unknown; left out where nobody has to know it. */
      readonly unknown?: MeasurementName;
      readonly forDuration: string;
    }
  /** The last value is 0 for the duration: what should be on is off. */
  | { readonly kind: 'off'; readonly metric: MeasurementName; readonly forDuration: string }
  /** The last value is above the smallest one of the window: somebody or something was added. */
  | { readonly kind: 'increase'; readonly metric: MeasurementName; readonly window: string }
  /**
   * The last value fell below `ratio` of the median of the window. Not of its largest value: records that were
   * added by mistake and removed again are no loss.
   */
  | {
      readonly kind: 'drop';
      readonly metric: MeasurementName;
      readonly window: string;
      readonly ratio: number;
    }
  /** An expression about the pipe itself. */
  | { readonly kind: 'expression'; readonly expression: string; readonly forDuration: string };

export type AlertArea = 'performance' | 'security' | 'quality' | 'pipeline';

export type AlertDefinition = {
  readonly area: AlertArea;
  readonly condition: AlertCondition;
  /** Alerts on a threshold or a state exist once per severity; all others have this one. */
  readonly severity: Severity | 'none';
  readonly summary: string;
  readonly description: string;
  /** The probe kinds whose fresh run proves recovery; empty for alerts about the pipe. */
  readonly verifiedBy: readonly ProbeKindName[];
};
