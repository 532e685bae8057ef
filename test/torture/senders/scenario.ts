import { createSeededRandom } from '../../../src/std/std.ts';
import type { Random } from '../../../src/std/std.ts';

/**
 * What shall happen in one run, drawn from a seed alone. All waits are counted from what was there before them, since
 * nobody knows how long real programs take.
 */
export type Scenario = {
  readonly seed: number;
  readonly targets: readonly TargetPlan[];
  /** Those of one kind come one after the other, from the begin of the run. */
  readonly faults: readonly Fault[];
  /** Whether an incident that is over is opened again by the next episode, instead of another. */
  readonly reopens: boolean;
};

export type TargetPlan = { readonly name: string; readonly episodes: readonly EpisodePlan[] };

/** One trouble of one target, from its begin to its end. The first of its alerts fires all the time but in flaps. */
export type EpisodePlan = {
  /** From the end of the episode before it, which waits until its incident is over. */
  readonly waitMs: number;
  /** From when the incident is open until the trouble ends, unless flaps take longer. */
  readonly holdMs: number;
  /** When a second alert of the same target joins; null when none does. */
  readonly secondAfterMs: number | null;
  /** The alert stops while the CRM stays ill, and fires again. */
  readonly flaps: readonly { readonly afterMs: number; readonly offMs: number }[];
  /** The target is silenced before the end and for so long that Alertmanager never tells it. */
  readonly isEndSilenced: boolean;
};

type Timed = { readonly waitMs: number; readonly lastsMs: number };

export type Fault = Timed &
  (
    | {
        /** Groups of peers between which nothing passes. */
        readonly kind: 'partition';
        readonly groups: readonly (readonly number[])[];
      }
    | {
        /** It is down for `lastsMs`. */
        readonly kind: 'restart';
        readonly peer: number;
        readonly signal: 'SIGTERM' | 'SIGKILL';
        /** It comes back without its notification log and silences. */
        readonly isAfresh: boolean;
      }
    /** Prometheus cannot reach it, so that it believes after four seconds that all is well. */
    | { readonly kind: 'deaf'; readonly peer: number }
    /** What the responder's side does to deliveries; see `Way` of the proxy. */
    | {
        readonly kind: 'responder';
        readonly way: 'refuse' | 'hold' | 'hold_answer' | 'cut_after_commit';
      }
  );

const TARGETS_MAX = 3;
const EPISODES_MAX = 2;
const FAULTS_MIN = 3;
const FAULTS_MAX = 6;

type Chance = {
  whole(minimum: number, maximum: number): number;
  is(probability: number): boolean;
  one<T>(choices: readonly [T, ...T[]]): T;
};

function chanceOf(random: Random): Chance {
  const whole = (minimum: number, maximum: number): number =>
    minimum + Math.floor(random.next() * (maximum - minimum + 1));
  return {
    whole,
    is: (probability) => random.next() < probability,
    one: (choices) => choices[whole(0, choices.length - 1)] ?? choices[0],
  };
}

function drawEpisode(chance: Chance): EpisodePlan {
  return {
    waitMs: chance.whole(0, 2500),
    holdMs: chance.whole(500, 5000),
    secondAfterMs: chance.is(0.5) ? chance.whole(0, 3000) : null,
    flaps: Array.from({ length: chance.is(0.4) ? chance.whole(1, 2) : 0 }, () => ({
      afterMs: chance.whole(500, 3000),
      offMs: chance.whole(1000, 4000),
    })),
    isEndSilenced: chance.is(0.35),
  };
}

/** One peer is alone, or all are. Three peers cannot be parted otherwise. */
function drawGroups(chance: Chance, peers: number): readonly (readonly number[])[] {
  const alone = chance.whole(0, peers);
  if (alone === peers) return [];
  return [Array.from({ length: peers }, (_, peer) => peer).filter((peer) => peer !== alone)];
}

function drawFault(chance: Chance, peers: number): Fault {
  const timed = { waitMs: chance.whole(200, 3000), lastsMs: chance.whole(1000, 5000) };
  const peer = chance.whole(0, peers - 1);
  const kinds = ['restart', 'deaf', 'responder', 'responder'] as const;
  const kind = peers > 1 && chance.is(0.5) ? 'partition' : chance.one(kinds);
  switch (kind) {
    case 'partition':
      return { kind, ...timed, groups: drawGroups(chance, peers) };
    case 'restart': {
      const signal = chance.one(['SIGTERM', 'SIGKILL'] as const);
      return { kind, ...timed, peer, signal, isAfresh: chance.is(0.5) };
    }
    case 'deaf':
      return { kind, ...timed, peer };
    case 'responder': {
      const ways = ['refuse', 'refuse', 'hold', 'hold_answer', 'cut_after_commit'] as const;
      return { kind, ...timed, way: chance.one(ways) };
    }
  }
}

/** The same seed and number of peers give the same scenario. A cluster is parted at least once. */
export function drawScenario(seed: number, peers: number): Scenario {
  const chance = chanceOf(createSeededRandom(seed));
  const targets = Array.from({ length: chance.whole(1, TARGETS_MAX) }, (_, index) => ({
    name: `run-${seed}-crm-${index}`,
    episodes: Array.from({ length: chance.whole(1, EPISODES_MAX) }, () => drawEpisode(chance)),
  }));
  const reopens = chance.is(0.5);
  const drawn = Array.from({ length: chance.whole(FAULTS_MIN, FAULTS_MAX) }, () =>
    drawFault(chance, peers),
  );
  const isParted = peers === 1 || drawn.some(({ kind }) => kind === 'partition');
  const parting = { waitMs: 500, lastsMs: 4000, groups: drawGroups(chance, peers) };
  const faults = isParted ? drawn : [{ kind: 'partition' as const, ...parting }, ...drawn];
  return { seed, targets, faults, reopens };
}
