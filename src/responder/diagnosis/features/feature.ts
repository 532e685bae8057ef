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
  /** Of a bucket of hashed words: those that are in it, masked. */
  readonly words?: readonly string[];
};

/**
 * All features of one evidence by name. All names but those of hashed words (`text:` and `log:` with the number of a
 * bucket) are always there, in the same order; those are there when their words occur, and stand for 0 when not.
 */
export type Features = ReadonlyMap<string, Feature>;

/** The names of the features of one subject, made once. */
export type FeatureNames = { readonly key: string; readonly names: readonly string[] };

/** Aspects by the end of their names, '' for the subject's own. */
export function nameFeatures(key: string, aspects: readonly string[]): FeatureNames {
  return { key, names: aspects.map((aspect) => (aspect === '' ? key : `${key}:${aspect}`)) };
}

/** The features of one subject: a value for each of the names. */
export function featuresOf(
  { names }: FeatureNames,
  subject: FeatureSubject,
  values: readonly number[],
): readonly Feature[] {
  // Adding zero turns -0 into 0, which JSON cannot tell apart.
  return names.map((name, index) => ({ name, value: (values[index] ?? 0) + 0, subject }));
}
