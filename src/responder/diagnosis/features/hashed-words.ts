import { murmurHash } from './murmur.ts';

/** Fewer let words collide, more give nothing on texts as short as these. */
export const BUCKETS: number = 2 ** 14;

const SMALLEST_HASH = -(2 ** 31);

/** Where a token goes, and with which sign: of tokens that collide, half cancel out instead of adding up. */
export type HashedToken = { readonly bucket: number; readonly sign: 1 | -1 };

/** As `alternate_sign` of scikit-learn's FeatureHasher does it, also for the one hash that has no absolute value. */
export function hashToken(token: string): HashedToken {
  const hash = murmurHash(token);
  const size = hash === SMALLEST_HASH ? 2 ** 31 - BUCKETS : Math.abs(hash);
  return { bucket: size % BUCKETS, sign: hash >= 0 ? 1 : -1 };
}

/** What fell into one bucket. */
export type Bucket = {
  /** Sum of signed weights. */
  sum: number;
  /** The tokens, so that a person can read what the number of the bucket stands for. */
  readonly tokens: Set<string>;
};

/** Adds the words of one text and each pair of words that follow one another, as n-grams of 1 and 2. */
export function addWords(
  buckets: Map<number, Bucket>,
  words: readonly string[],
  weight: number,
): void {
  for (const [index, word] of words.entries()) {
    addToken(buckets, word, weight);
    const next = words[index + 1];
    if (next !== undefined) addToken(buckets, `${word} ${next}`, weight);
  }
}

function addToken(buckets: Map<number, Bucket>, token: string, weight: number): void {
  const { bucket: number, sign } = hashToken(token);
  let bucket = buckets.get(number);
  if (bucket === undefined) {
    bucket = { sum: 0, tokens: new Set() };
    buckets.set(number, bucket);
  }
  bucket.sum += sign * weight;
  bucket.tokens.add(token);
}
