import type { MeasurementName } from '../../catalog/catalog.ts';
import type { Knowable } from '../../std/std.ts';
import type { Measure } from './plan.ts';

export type MeasuredValue = {
  readonly metric: MeasurementName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: Knowable<number>;
};

export function named(measure: Measure): Pick<MeasuredValue, 'metric' | 'labels'> {
  return { metric: measure.metric, labels: measure.labels };
}
