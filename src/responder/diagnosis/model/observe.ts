import type { SparseEntry } from '../logistic/logistic.ts';
import type { Observation } from './judge.ts';
import type { TrainedModel } from './trained-model.ts';

/** A number with a name; what is not named is 0. */
export type NamedValue = {
  readonly name: string;
  readonly value: number;
  /** Whether it would be strange if the training had never had it. */
  readonly isFact: boolean;
};

/** Puts named numbers into the columns of a model. */
export type Observe = (values: Iterable<NamedValue>) => Observation;

export function createObserve(
  model: Pick<TrainedModel, 'features' | 'encoding' | 'constants'>,
): Observe {
  const columnOf = new Map(model.features.map((name, column) => [name, column]));
  const varied = new Set(model.encoding.map(({ feature }) => feature));
  return (values) => {
    const row: SparseEntry[] = [];
    const unseen: string[] = [];
    let factCount = 0;
    for (const { name, value, isFact } of values) {
      if (value === 0) continue;
      if (isFact) factCount++;
      const column = columnOf.get(name);
      if (column !== undefined) row.push({ column, value });
      const isVaried = column !== undefined && varied.has(column);
      if (isFact && !isVaried && model.constants[name] !== value) unseen.push(name);
    }
    return { row, unseen, factCount };
  };
}
