import type { AlertName, MeasurementName, ProbeKindName } from '../../../catalog/catalog.ts';

/** What a person can open to see the fact behind a feature. */
export type FeatureLink =
  | { readonly kind: 'alert'; readonly name: AlertName }
  | {
      readonly kind: 'metric';
      readonly name: MeasurementName;
      /** Labels of the series that the text is about; empty when it is about all of them. */
      readonly labels: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'probe'; readonly name: ProbeKindName }
  /** About several probes or alerts at once: the incident itself. */
  | { readonly kind: 'incident' };

/** The fact that one or more features encode; they are explained together, as one reason. */
export type FeatureSubject = {
  readonly key: string;
  /** A sentence without a full stop. */
  readonly text: string;
  readonly link: FeatureLink;
  /** Whether the fact is out of the ordinary. */
  readonly abnormal: boolean;
};

export type Feature = {
  readonly name: string;
  readonly value: number;
  readonly subject: FeatureSubject;
};

/** All features of one evidence by name, always the same names in the same order. */
export type Features = ReadonlyMap<string, Feature>;

/** The features of one subject: aspects by the end of their names, '' for the subject's own. */
export function featuresOf(
  subject: FeatureSubject,
  aspects: Readonly<Record<string, number>>,
): readonly Feature[] {
  return Object.entries(aspects).map(([aspect, value]) => ({
    name: aspect === '' ? subject.key : `${subject.key}:${aspect}`,
    // Adding zero turns -0 into 0, which JSON cannot tell apart.
    value: value + 0,
    subject,
  }));
}
