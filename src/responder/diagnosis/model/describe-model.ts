import type { TrainedModel } from './trained-model.ts';

/** A feature and what its weight is in a class. */
export type WeightedFeature = {
  readonly feature: string;
  /** What it stands for, where its name is the number of a bucket; none otherwise. */
  readonly words: readonly string[];
  /** As the encoding has it: the number itself, its logarithm, or a step. */
  readonly form: string;
  /** Of the standardised column, in log-odds for each standard deviation. */
  readonly weight: number;
};

export type ClassDescription = {
  readonly class: string;
  /** Those with the largest weights, both ways; the heaviest first. */
  readonly weights: readonly WeightedFeature[];
};

export type ModelDescription = Pick<
  TrainedModel,
  'schema' | 'id' | 'kind' | 'classes' | 'calibration' | 'costs' | 'noveltyLimit' | 'training'
> & {
  readonly featureCount: number;
  readonly encodedColumnCount: number;
  readonly evaluation: TrainedModel['evaluation'];
  readonly byClass: readonly ClassDescription[];
};

const SHOWN_WEIGHTS = 6;

/** What there is to say about a model, and what speaks most for and against each of its classes. */
export function describeModel(model: TrainedModel): ModelDescription {
  const { schema, id, kind, classes, calibration, costs, noveltyLimit, training, evaluation } =
    model;
  return {
    schema,
    id,
    kind,
    classes,
    calibration,
    costs,
    noveltyLimit,
    training,
    evaluation,
    featureCount: model.features.length,
    encodedColumnCount: model.encoding.length,
    byClass: classes.map((name, index) => ({ class: name, weights: heaviest(model, index) })),
  };
}

function heaviest(model: TrainedModel, index: number): readonly WeightedFeature[] {
  const { weights, encoding, features, dictionary } = model;
  const sign = weights.length === 1 && index === 0 ? -1 : 1;
  const own = weights[weights.length === 1 ? 0 : index] ?? [];
  return own
    .map((weight, column): WeightedFeature => {
      const { feature, form, threshold } = encoding[column]!;
      const isStep = form === 'above' || form === 'below';
      const name = features[feature] ?? '';
      return {
        feature: name,
        words: dictionary[name] ?? [],
        form: isStep ? `${form} ${Number(threshold.toPrecision(6))}` : form,
        weight: sign * weight,
      };
    })
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, SHOWN_WEIGHTS);
}
