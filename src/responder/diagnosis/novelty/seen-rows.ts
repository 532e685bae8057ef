import { distanceTo } from './flags.ts';
import type { Bits, Layout } from './flags.ts';

/** How many of the rows that are most like one are looked at: one alone may be a chance. */
const NEAREST = 3;

/** Distinct rows of flags, one after the other in one array. */
export type SeenRows = { readonly bits: Bits; readonly count: number };

export function joinRows(rows: readonly Bits[], words: number): SeenRows {
  const bits = new Uint32Array(rows.length * words);
  for (const [index, row] of rows.entries()) bits.set(row, index * words);
  return { bits, count: rows.length };
}

export type Nearest = {
  /** Mean distance to the nearest rows, three or as many as there are; Infinity when there is none. */
  readonly distance: number;
  /** Of the nearest; −1 when there is none. */
  readonly index: number;
};

/** @param skipped whether a row is to be taken for one that was not seen. */
export function nearestTo(
  bits: Bits,
  seen: SeenRows,
  layout: Layout,
  skipped?: (index: number) => boolean,
): Nearest {
  const least: number[] = [];
  let first = -1;
  let enough = Infinity;
  for (let index = 0; index < seen.count; index++) {
    if (skipped?.(index) === true) continue;
    const distance = distanceTo(bits, seen.bits, index, layout, enough);
    if (distance >= enough) continue;
    let at = least.length;
    while (at > 0 && least[at - 1]! > distance) at--;
    if (at === 0) first = index;
    least.splice(at, 0, distance);
    if (least.length > NEAREST) least.pop();
    if (least.length === NEAREST) enough = least[NEAREST - 1]!;
  }
  if (first < 0) return { distance: Infinity, index: -1 };
  return { distance: least.reduce((sum, one) => sum + one, 0) / least.length, index: first };
}

/** The words of a row from the lowest byte to the highest. */
export function packBits(bits: Bits): string {
  const bytes = new Uint8Array(bits.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [word, value] of bits.entries()) view.setUint32(word * 4, value, true);
  return Buffer.from(bytes).toString('base64');
}

/** Undefined when the text is not what `packBits` writes for so many words. */
export function unpackBits(text: string, words: number): Bits | undefined {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== words * 4 || bytes.toString('base64') !== text) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: words }, (_, word) => view.getUint32(word * 4, true));
}
