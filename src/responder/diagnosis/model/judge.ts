import { createClaimScores, createPredict } from '../classifier/classifiers.ts';
import type { Classifier } from '../classifier/classifiers.ts';
import { costMatrix, decide } from '../decision/decision.ts';
import type { Decision } from '../decision/decision.ts';
import type { SparseEntry } from '../logistic/logistic.ts';
import { createNovelty, createNoveltyReasons } from '../novelty/novelties.ts';
import type { NoveltyReason } from '../novelty/novelties.ts';
import { largestExcess } from './excess.ts';
import type { Excess } from './excess.ts';
import type { TrainedModel } from './trained-model.ts';

/** A row as the model knows its columns, with what the model does not know of it. */
export type Observation = {
  /** In columns of the model's features; zeros are left out. */
  readonly row: readonly SparseEntry[];
  /** Names of what is there and never was in the training. */
  readonly unseen: readonly string[];
  /** How many facts could have been unseen: those that are there at all. */
  readonly factCount: number;
};

/** Why no class is named. */
export type Doubt =
  /** Much of what is there never occurred in the training. */
  | { readonly kind: 'unseen'; readonly unseen: readonly string[]; readonly factCount: number }
  /** A value lies far beyond all of the training. */
  | ({ readonly kind: 'outside' } & Excess)
  /** Taken together it is like nothing in the training; what is most unlike it comes first. */
  | {
      readonly kind: 'novel';
      readonly novelty: number;
      readonly limit: number;
      readonly reasons: readonly NoveltyReason[];
    }
  /** A wrong answer is expected to cost more than none. */
  | { readonly kind: 'costs'; readonly expectedCost: number; readonly unknownCost: number };

export type NamedClass = {
  readonly index: number;
  /** That it holds: alone among all classes, or, where several are named, for itself. */
  readonly probability: number;
};

export type Judgement = {
  /** The classes that are named: none for "unknown", and several, the surest first, where faults coincide. */
  readonly answers: readonly NamedClass[];
  /** The class that would be named without doubt. */
  readonly candidate: NamedClass;
  /** Calibrated, one per class; they sum to 1. */
  readonly probabilities: Float64Array;
  /** 0 to 1: how unlike the training the row is. */
  readonly novelty: number;
  readonly unseen: readonly string[];
  readonly doubt: Doubt | null;
};

/** More than a third of all that is there was never seen. */
const UNSEEN_LIMIT = 0.34;

/** Two classes hold at once when each is likelier to hold than not. */
const CLAIM_LIMIT = 0.5;
/** As far again beyond the range of the training as that range is wide, in logarithms. */
const EXCESS_LIMIT = 1;

/** What is needed to judge. */
export type JudgeParts = Classifier &
  Pick<TrainedModel, 'features' | 'isCoinciding' | 'costs' | 'novelty' | 'noveltyLimit'>;

/** @param impossible classes that the facts rule out; their probability goes to the others in proportion. */
export type Judge = (observation: Observation, impossible?: ReadonlySet<number>) => Judgement;

/** Prepares a model for many judgements. */
export function createJudge(model: JudgeParts): Judge {
  const predict = createPredict(model);
  const coincide = createCoincide(model);
  const noveltyOf = createNovelty(model.novelty);
  const reasonsOf = createNoveltyReasons(model.novelty);
  const costs = costMatrix(model.classes, model.costs);
  return ({ row, unseen, factCount }, impossible) => {
    const probabilities = without(impossible, predict(row));
    const novelty = noveltyOf(row);
    const decision = decide(probabilities, costs);
    const strange = unseenDoubt(unseen, factCount) ?? outsideDoubt(row, model);
    const several = strange === null ? coincide(row, impossible) : [];
    const single =
      strange ??
      (novelty > model.noveltyLimit
        ? { kind: 'novel', novelty, limit: model.noveltyLimit, reasons: reasonsOf(row) }
        : costDoubt(decision));
    const doubt = several.length > 1 ? null : single;
    const alone = { index: decision.answer, probability: probabilities[decision.answer] ?? 0 };
    return {
      answers: several.length > 1 ? several : doubt === null ? [alone] : [],
      candidate: several[0] ?? alone,
      probabilities,
      novelty,
      unseen,
      doubt,
    };
  };
}

/** The classes that claim a row, the surest first, when there are several; none otherwise. */
function createCoincide({
  isCoinciding,
  novelty,
}: Pick<TrainedModel, 'isCoinciding' | 'novelty'>): (
  row: readonly SparseEntry[],
  impossible: ReadonlySet<number> | undefined,
) => readonly NamedClass[] {
  if (!isCoinciding) return () => [];
  const scoresOf = createClaimScores(novelty);
  return (row, impossible) => {
    const found = Array.from(scoresOf(row), (score, index) => ({
      index,
      probability: 1 / (1 + Math.exp(-score)),
    })).filter(({ index, probability }) => probability > CLAIM_LIMIT && !impossible?.has(index));
    return found.length > 1 ? found.toSorted((a, b) => b.probability - a.probability) : [];
  };
}

/** Nothing is taken away where all would be. */
function without(
  impossible: ReadonlySet<number> | undefined,
  probabilities: Float64Array,
): Float64Array {
  if (impossible === undefined || impossible.size === 0) return probabilities;
  const possible = probabilities.map((one, index) => (impossible.has(index) ? 0 : one));
  const total = possible.reduce((sum, one) => sum + one, 0);
  return total === 0 ? probabilities : possible.map((one) => one / total);
}

function unseenDoubt(unseen: readonly string[], factCount: number): Doubt | null {
  return factCount > 0 && unseen.length / factCount > UNSEEN_LIMIT
    ? { kind: 'unseen', unseen, factCount }
    : null;
}

function outsideDoubt(
  row: readonly SparseEntry[],
  { novelty }: Pick<TrainedModel, 'novelty'>,
): Doubt | null {
  const excess = largestExcess(row, novelty.ranges);
  return excess === undefined || excess.widths <= EXCESS_LIMIT
    ? null
    : { kind: 'outside', ...excess };
}

function costDoubt({ expectedCost, unknownCost }: Decision): Doubt | null {
  return unknownCost < expectedCost ? { kind: 'costs', expectedCost, unknownCost } : null;
}
