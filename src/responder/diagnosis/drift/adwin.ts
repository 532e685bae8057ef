/**
 * A window over a stream of numbers that drops its older part when its mean is another one than that of the newer part.
 * It holds an exponential histogram, so its memory grows with the logarithm of its length.
 * Source: Bifet and Gavaldà, Learning from Time-Changing Data with Adaptive Windowing, SDM 2007, ADWIN2.
 */
export type Adwin = {
  /** @param value 0 to 1. Gives whether the mean has risen or fallen; null while it is as it was. */
  add(value: number): 'rise' | 'fall' | null;
  readonly width: number;
  /** Of the values in the window; null when it is empty. */
  readonly mean: number | null;
  /** How many numbers stand for the window. */
  readonly bucketCount: number;
};

export type AdwinOptions = {
  /** Bound on the probability that a change is found where there is none. */
  readonly delta?: number;
  /** After how many values cuts are tried; the values of rare events are all tried. */
  readonly clock?: number;
};

/** 2^level values. */
type Bucket = { readonly sum: number; readonly squares: number };

/** Buckets of one size before the two oldest become one; the M of the paper. */
const MOST_PER_LEVEL = 5;
/** A part of fewer values says nothing about a mean. */
const SHORTEST_PART = 5;

export function createAdwin({ delta = 0.002, clock = 1 }: AdwinOptions = {}): Adwin {
  /** By level; within one the newest first. The oldest bucket is the last one of the last level. */
  const levels: Bucket[][] = [];
  let [width, sum, squares, sinceCut] = [0, 0, 0, 0];

  function push(value: number): void {
    (levels[0] ??= []).unshift({ sum: value, squares: value * value });
    width++;
    sum += value;
    squares += value * value;
    for (let level = 0; (levels[level]?.length ?? 0) > MOST_PER_LEVEL; level++) {
      const [older, oldest] = levels[level]!.splice(-2) as [Bucket, Bucket];
      const merged = {
        sum: older.sum + oldest.sum,
        squares: older.squares + oldest.squares,
      };
      (levels[level + 1] ??= []).unshift(merged);
    }
  }

  function dropOldest(): void {
    const level = levels.length - 1;
    const bucket = levels[level]!.pop()!;
    width -= 2 ** level;
    sum -= bucket.sum;
    squares -= bucket.squares;
    while (levels.length > 0 && levels.at(-1)!.length === 0) levels.pop();
  }

  /** Whether any cut between buckets tells two means apart. */
  function isCut(): boolean {
    const variance = Math.max(0, squares / width - (sum / width) ** 2);
    const confidence = Math.log((2 * Math.log(width)) / delta);
    let [count, oldSum] = [0, 0];
    for (let level = levels.length - 1; level >= 0; level--) {
      for (const bucket of levels[level]!.toReversed()) {
        count += 2 ** level;
        oldSum += bucket.sum;
        const rest = width - count;
        if (count < SHORTEST_PART || rest < SHORTEST_PART) continue;
        const difference = Math.abs(oldSum / count - (sum - oldSum) / rest);
        // The m of the paper is the harmonic mean of both lengths; this is 1/m.
        const inverse = 1 / count + 1 / rest;
        const limit =
          Math.sqrt(2 * inverse * variance * confidence) + (2 / 3) * inverse * confidence;
        if (difference > limit) return true;
      }
    }
    return false;
  }

  return {
    add(value) {
      push(value);
      if (++sinceCut < clock) return null;
      sinceCut = 0;
      const before = { width, mean: sum / width };
      while (width > 2 * SHORTEST_PART && isCut()) dropOldest();
      if (width === before.width) return null;
      return sum / width > before.mean ? 'rise' : 'fall';
    },
    get width() {
      return width;
    },
    get mean() {
      return width === 0 ? null : sum / width;
    },
    get bucketCount() {
      return levels.reduce((count, level) => count + level.length, 0);
    },
  };
}
