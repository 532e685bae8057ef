import type { SparseEntry } from '../logistic/logistic.ts';
import type { Observation } from './judge.ts';
import type { TrainedModel } from './trained-model.ts';

/** A number with a name; what is not named is 0. */
export type NamedValue = { readonly name: string; readonly value: number };

/**
 * Puts named numbers into the columns of a model.
 * @param isFact whether it would be strange if the training had never had it; so for all unless said.
 */
export type Observe = <Value extends NamedValue>(
  values: Iterable<Value>,
  isFact?: (value: Value) => boolean,
) => Observation;

export function createObserve(
  model: Pick<TrainedModel, 'features' | 'encoding' | 'constants'>,
): Observe {
  const columnOf = new Map(model.features.map((name, column) => [name, column]));
  const varied = new Set(model.encoding.map(({ feature }) => feature));
  return (values, isFact = () => true) => {
    const row: SparseEntry[] = [];
    const unseen: string[] = [];
    let factCount = 0;
    for (const one of values) {
      const { name, value } = one;
      if (value === 0) continue;
      const column = columnOf.get(name);
      if (column !== undefined) row.push({ column, value });
      if (!isFact(one)) continue;
      factCount++;
      const isVaried = column !== undefined && varied.has(column);
      if (!isVaried && model.constants[name] !== value) unseen.push(name);
    }
    return { row, unseen, factCount };
  };
}
