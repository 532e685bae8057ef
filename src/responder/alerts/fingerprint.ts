const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;
const SEPARATOR = Buffer.of(255);

/**
 * The fingerprint that Prometheus and Alertmanager give a label set: 64-bit FNV-1a over each name and
 * value in order of name, each followed by the byte 255, as 16 hexadecimal digits.
 * Source: prometheus/common, model/signature.go (labelSetToFingerprint).
 */
export function fingerprintOf(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels)
    .map((name) => Buffer.from(name))
    .sort((left, right) => Buffer.compare(left, right));
  let hash = OFFSET_BASIS;
  const add = (bytes: Uint8Array): void => {
    for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  };
  for (const name of names) {
    add(name);
    add(SEPARATOR);
    add(Buffer.from(labels[name.toString()] ?? ''));
    add(SEPARATOR);
  }
  return hash.toString(16).padStart(16, '0');
}
