const MULTIPLIER_1 = 0xcc9e2d51;
const MULTIPLIER_2 = 0x1b873593;

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mixBlock(block: number): number {
  return Math.imul(rotateLeft(Math.imul(block, MULTIPLIER_1), 15), MULTIPLIER_2);
}

const encoder = new TextEncoder();
const bytes = new Uint8Array(1024);

/** The bytes of a text in UTF-8; short ones are written to the same place each time. */
function bytesOf(text: string): Uint8Array {
  if (text.length * 3 > bytes.length) return encoder.encode(text);
  const { written } = encoder.encodeInto(text, bytes);
  return bytes.subarray(0, written);
}

/**
 * MurmurHash3, x86, 32 bits, seed 0, of a text in UTF-8, as a signed number: what scikit-learn's FeatureHasher takes.
 * Source: Austin Appleby, MurmurHash3.cpp (public domain).
 */
export function murmurHash(text: string): number {
  const data = bytesOf(text);
  const { length } = data;
  const blocksEnd = length - (length % 4);
  let hash = 0;
  for (let at = 0; at < blocksEnd; at += 4) {
    const block = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    hash = (Math.imul(rotateLeft(hash ^ mixBlock(block), 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = length - 1; at >= blocksEnd; at--) tail = (tail << 8) | data[at]!;
  hash ^= mixBlock(tail) ^ length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
