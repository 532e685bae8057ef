const SEPARATOR = Buffer.of(255);

/** 64-bit FNV-1a in four limbs of 16 bits: several times as fast as BigInt, which matters for a label of a megabyte. */
type Hash = [number, number, number, number];

/** The low part of the prime 2^40 + 0x1b3. */
const PRIME_LOW = 0x1b3;

function add(hash: Hash, bytes: Uint8Array): void {
  let [low, second, third, high] = hash;
  for (const byte of bytes) {
    low ^= byte;
    const product = low * PRIME_LOW;
    const next = second * PRIME_LOW + (product >>> 16);
    const above = third * PRIME_LOW + low * 256 + (next >>> 16);
    high = (high * PRIME_LOW + second * 256 + (above >>> 16)) & 0xffff;
    low = product & 0xffff;
    second = next & 0xffff;
    third = above & 0xffff;
  }
  hash[0] = low;
  hash[1] = second;
  hash[2] = third;
  hash[3] = high;
}

/**
 * The fingerprint that Prometheus and Alertmanager give a label set: 64-bit FNV-1a over each name and
 * value in order of name, each followed by the byte 255, as 16 hexadecimal digits.
 * Source: prometheus/common, model/signature.go (labelSetToFingerprint).
 */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .map(([name, value]) => ({ name: Buffer.from(name), value }))
    .sort((left, right) => Buffer.compare(left.name, right.name));
  const hash: Hash = [0x2325, 0x8422, 0x9ce4, 0xcbf2];
  for (const { name, value } of pairs) {
    add(hash, name);
    add(hash, SEPARATOR);
    add(hash, Buffer.from(value));
    add(hash, SEPARATOR);
  }
  return hash
    .toReversed()
    .map((limb) => limb.toString(16).padStart(4, '0'))
    .join('');
}
