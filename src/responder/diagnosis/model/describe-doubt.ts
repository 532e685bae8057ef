import { unreachable } from '../../../std/std.ts';
import type { NoveltyReason } from '../novelty/novelties.ts';
import type { Doubt, Judgement } from './judge.ts';
import type { TrainedModel } from './trained-model.ts';

/** More of them make no sentence. */
const SHOWN_FACTS = 3;

/** Why no class is named, as a clause after "because". */
export function describeDoubt(
  doubt: Doubt,
  { candidate }: Pick<Judgement, 'candidate'>,
  { classes, features }: Pick<TrainedModel, 'classes' | 'features'>,
): string {
  switch (doubt.kind) {
    case 'unseen': {
      const names = doubt.unseen.slice(0, SHOWN_FACTS).join(', ');
      return `${doubt.unseen.length} of ${doubt.factCount} facts never occurred in the training (${names})`;
    }
    case 'outside': {
      const { feature, value, least, most } = doubt;
      return `${features[feature]} is ${rounded(value)}, far beyond the ${rounded(least)} to ${rounded(most)} of the training`;
    }
    case 'novel': {
      const shown = doubt.reasons.slice(0, SHOWN_FACTS).map((reason) => {
        return `${features[reason.feature]} is ${rounded(reason.value)}, ${comparison(reason)}`;
      });
      const facts = shown.length === 0 ? '' : `: ${shown.join('; ')}`;
      return `it is unlike the training, by ${rounded(doubt.novelty)} where ${rounded(doubt.limit)} is the limit${facts}`;
    }
    case 'costs': {
      const probability = candidate.probability.toFixed(2);
      const [cost, unknown] = [doubt.expectedCost.toFixed(2), doubt.unknownCost.toFixed(2)];
      return (
        `the likeliest class, ${classes[candidate.index]}, has a probability of ${probability}: naming it is expected to ` +
        `cost ${cost}, more than the ${unknown} of naming none`
      );
    }
    default:
      return unreachable(doubt);
  }
}

function comparison({ kind, from, to }: NoveltyReason): string {
  const place = kind === 'unseen' ? 'in all of the training' : 'in the row most like it';
  if (from === null && to === null) return `not so ${place}`;
  if (from === null) return `below ${rounded(to ?? 0)} ${place}`;
  if (to === null) return `above ${rounded(from)} ${place}`;
  return from === to
    ? `always ${rounded(from)} in the training`
    : `${rounded(from)} to ${rounded(to)} ${place}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
