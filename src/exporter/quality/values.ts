import { sha256Hex } from '../../std/std.ts';
import type { DataRow, ScalarValue } from '../connectors/connectors.ts';

/** Missing is: not there, null, or text of nothing but white space. */
export function isMissing(value: ScalarValue | undefined): boolean {
  return (
    value === null || value === undefined || (typeof value === 'string' && value.trim() === '')
  );
}

function normalise(value: ScalarValue): string {
  return String(value).trim().toLowerCase();
}

/**
 * 52 bits of SHA-256, as a number: small enough to keep hundreds of thousands of them, and no way back to a
 * name or an address. Two of 500,000 different texts share one with a probability of about 3 in 100,000.
 */
function digest(text: string): number {
  return Number.parseInt(sha256Hex(text).slice(0, 13), 16);
}

/** Digest of the normalised key (trimmed, lower case), or undefined when any of its fields is missing. */
export function keyDigest(row: DataRow, key: readonly string[]): number | undefined {
  const parts: string[] = [];
  for (const field of key) {
    const value = row[field];
    if (value === undefined || value === null || isMissing(value)) return undefined;
    parts.push(normalise(value));
  }
  // JSON keeps ["a b", "c"] and ["a", "b c"] apart.
  return digest(JSON.stringify(parts));
}

/** Digest of an identifier or of a reference to one; identifiers are compared exactly, 7 equals "7". */
export function identifierDigest(value: ScalarValue | undefined): number | undefined {
  if (value === undefined || value === null || isMissing(value)) return undefined;
  return digest(String(value).trim());
}
