import { NO_FAULT } from '../../src/catalog/catalog.ts';
import type { DiagnosisClass, FaultClass } from '../../src/catalog/catalog.ts';
import { createSeededRandom } from '../../src/std/std.ts';
import type { Random } from '../../src/std/std.ts';

/** What the plan knows of a target that can be broken. */
export type PlannedTarget = {
  readonly name: string;
  /** Its episodes are for the judgement of a model, never for its training. */
  readonly isHeldOut: boolean;
  readonly faults: readonly { readonly id: string; readonly faultClass: FaultClass }[];
};

export type PlannedFault = {
  readonly id: string;
  readonly faultClass: FaultClass;
  /** 0 to 1. */
  readonly strength: number;
};

/** One break of a target, or a calm time without any fault. */
export type PlannedEpisode = {
  /** Unlike that of every other episode of the plan, and equal in every plan of the same options. */
  readonly group: string;
  readonly target: string;
  readonly split: 'train' | 'held-out';
  /** None, one or two of different classes. */
  readonly faults: readonly PlannedFault[];
  /** What other clients ask of the target meanwhile, 0 to 1. */
  readonly load: number;
};

export type PlanOptions = {
  readonly targets: readonly PlannedTarget[];
  /** Episodes of each class on targets that are not held out; on the others a third of it, rounded up. */
  readonly perClass: number;
  readonly seed: number;
};

/** Strengths of the two splits: never equal, over the same range. */
const BANDS: Readonly<Record<PlannedEpisode['split'], readonly (readonly [number, number])[]>> = {
  train: [
    [0.15, 0.3],
    [0.45, 0.55],
    [0.7, 0.8],
    [0.95, 1],
  ],
  'held-out': [
    [0.32, 0.42],
    [0.58, 0.68],
    [0.83, 0.92],
  ],
};

/** Of two faults at once: about one episode in ten. */
const PAIRS_RATIO = 0.1;
/** Calm times: one for so many episodes. */
const EPISODES_PER_CALM = 5;

/**
 * Classes that leave the probes of most others running. Behind any other class, such as an outage, a second fault
 * cannot be seen, and a row that said so would teach nothing.
 */
const SEEN_TOGETHER: ReadonlySet<FaultClass> = new Set<FaultClass>([
  'overload_latency',
  'background_jobs',
  'integration_sync',
  'security_intrusion',
  'privilege_change',
  'data_quality_import',
  'data_decay',
]);

export function labelsOf({ faults }: PlannedEpisode): readonly DiagnosisClass[] {
  return faults.length === 0 ? [NO_FAULT] : faults.map(({ faultClass }) => faultClass);
}

/**
 * The episodes of a recording, in the order in which each target goes through its own. Equal options give equal plans,
 * so that a recording that was interrupted can go on.
 */
export function planEpisodes({ targets, perClass, seed }: PlanOptions): readonly PlannedEpisode[] {
  const random = createSeededRandom(seed);
  const planned = (['train', 'held-out'] as const).flatMap((split) => {
    const among = targets.filter(({ isHeldOut }) => isHeldOut === (split === 'held-out'));
    const count = split === 'train' ? perClass : Math.ceil(perClass / 3);
    return planSplit(among, split, count, random);
  });
  return shuffle(planned, random).map((episode, index) => ({
    ...episode,
    group: groupOf(episode, seed, index),
  }));
}

type Draft = Omit<PlannedEpisode, 'group'>;

function planSplit(
  targets: readonly PlannedTarget[],
  split: PlannedEpisode['split'],
  perClass: number,
  random: Random,
): readonly Draft[] {
  const classes = [
    ...new Set(targets.flatMap(({ faults }) => faults.map(({ faultClass }) => faultClass))),
  ].toSorted();
  const uses = new Map<string, number>();
  const strengths = strengthsOf(split, random);
  const pick = (faultClass: FaultClass, target?: string): Draft => {
    const candidates = targets
      .filter(({ name }) => target === undefined || name === target)
      .flatMap(({ name, faults }) =>
        faults
          .filter((fault) => fault.faultClass === faultClass)
          .map(({ id }) => ({ target: name, id })),
      );
    const least = leastUsed(candidates, uses, random);
    const fault = { id: least.id, faultClass, strength: strengths(least.id) };
    return { target: least.target, split, faults: [fault], load: round(random.next()) };
  };
  const singles = classes.flatMap((faultClass) =>
    Array.from({ length: perClass }, () => pick(faultClass)),
  );
  const together = classes.filter((faultClass) => SEEN_TOGETHER.has(faultClass));
  const pairCount = Math.round(singles.length * PAIRS_RATIO);
  const pairs = Array.from({ length: pairCount }).flatMap((_, index): Draft[] => {
    const one = together[index % together.length];
    if (one === undefined) return [];
    const first = pick(one);
    const here = targets.find(({ name }) => name === first.target)?.faults ?? [];
    const others = together.filter(
      (other) =>
        other !== first.faults[0]?.faultClass &&
        here.some(({ faultClass }) => faultClass === other),
    );
    const other = others[Math.floor(random.next() * others.length)];
    if (other === undefined) return [];
    return [{ ...first, faults: [...first.faults, ...pick(other, first.target).faults] }];
  });
  const calm = Array.from(
    { length: Math.ceil((singles.length + pairs.length) / EPISODES_PER_CALM) },
    (_, index): Draft => ({
      target: targets[index % targets.length]?.name ?? '',
      split,
      faults: [],
      load: round(random.next()),
    }),
  );
  return [...singles, ...pairs, ...(targets.length === 0 ? [] : calm)];
}

type Candidate = { readonly target: string; readonly id: string };

/** The fault that was used least, on the target that has least to do; chance decides between equals. */
function leastUsed(
  candidates: readonly Candidate[],
  uses: Map<string, number>,
  random: Random,
): Candidate {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      rank: [uses.get(candidate.id) ?? 0, uses.get(candidate.target) ?? 0, random.next()] as const,
    }))
    .toSorted(({ rank: a }, { rank: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  const least = ranked[0]?.candidate ?? { target: '', id: '' };
  for (const key of [least.id, least.target]) uses.set(key, (uses.get(key) ?? 0) + 1);
  return least;
}

/** Each fault goes through all bands by turns, so that it is weak and strong equally often. */
function strengthsOf(split: PlannedEpisode['split'], random: Random): (fault: string) => number {
  const bands = shuffle(BANDS[split], random);
  const turns = new Map<string, number>();
  return (fault) => {
    const turn = turns.get(fault) ?? Math.floor(random.next() * bands.length);
    turns.set(fault, turn + 1);
    const [from, to] = bands[turn % bands.length] ?? [0.5, 0.5];
    return round(from + (to - from) * random.next());
  };
}

function groupOf({ target, faults, load }: Draft, seed: number, index: number): string {
  const broken = faults.map(({ id, strength }) => `${id}@${strength}`).join('+');
  return `${target}/${broken === '' ? `calm@${load}` : broken}#${seed}.${index}`;
}

function shuffle<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

/** Two digits say all that a strength or a load can tell, and keep names short. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
