import type { MetricDefinition } from '../../catalog/catalog.ts';

/** Label names with their values, in the order they are written. */
export type LabelPairs = readonly (readonly [name: string, value: string])[];

/**
 * The wall between what is exposed and how it is written. A family is its header and the lines of all its
 * series, next to each other; a format that needs more than text would render its chunks as bytes here.
 */
export type Renderer = {
  readonly contentType: string;
  header(name: string, definition: Pick<MetricDefinition, 'kind' | 'help'>): string;
  /** The name and labels of a series, which tell it from every other. */
  series(name: string, labels: LabelPairs): string;
  line(series: string, value: number): string;
};
