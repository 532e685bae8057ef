import { sha256Hex } from '../../std/std.ts';
import type { ExpositionLimits } from './limits.ts';
import type { HistogramValue, LabelPairs, Point, Prefixes } from './renderer.ts';
import { EXPOSED_METRICS } from './series.ts';
import type { ExposedName, Series } from './series.ts';

/** What is kept of a series from one run to the next, so that its name and labels are written once. */
export type Interned = Prefixes & { readonly labels: LabelPairs };

/** By a key that no two different series share. */
export type InternTable = ReadonlyMap<string, Interned>;

/** The points of one source, by family. Nothing in it changes but what its points remember of their writing. */
export type SourcePoints = {
  readonly byFamily: ReadonlyMap<ExposedName, readonly Point[]>;
  readonly interned: InternTable;
  /** Series beyond the limit. */
  readonly droppedCount: number;
};

export const NO_POINTS: SourcePoints = {
  byFamily: new Map(),
  interned: new Map(),
  droppedCount: 0,
};

/**
 * The metric and its label values, each with its length before it: joined with a separator alone, values that
 * contain it could make two different series one.
 */
function keyOf(name: ExposedName, values: readonly string[]): string {
  const parts: string[] = [name];
  for (const value of values) parts.push('\n', String(value.length), ':', value);
  // Joined once: a text that is put together bit by bit keeps all its bits for as long as it lives.
  return parts.join('');
}

const HASH_LENGTH = 12;

/** A value that looks like one of ours gets a hash of its own: otherwise somebody could write the cut form of another. */
const LOOKS_HASHED = /~[0-9a-f]{12}$/;

/**
 * A value that is too long is cut, and one that holds half a character is mended; a hash of the whole tells it from
 * others that would then be the same.
 */
export function boundLabelValue(value: string, limit: number): string {
  if (value.length <= limit && value.isWellFormed() && !LOOKS_HASHED.test(value)) return value;
  const room = Math.max(0, limit - HASH_LENGTH - 1);
  if (value.length <= room) return withHash(value.toWellFormed(), value);
  const kept = value.slice(0, room);
  // A cut through a surrogate pair would leave half a character.
  const whole = /[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept;
  return withHash(whole.toWellFormed(), value);
}

function withHash(kept: string, value: string): string {
  // As UTF-16, since in UTF-8 all half characters are alike.
  const whole = Buffer.from(value, 'utf16le').toString('latin1');
  return `${kept}~${sha256Hex(whole).slice(0, HASH_LENGTH)}`;
}

/** Label values in the catalog's order; an empty one is the same as none. */
function valuesOf(series: Series, limits: ExpositionLimits): readonly string[] {
  return EXPOSED_METRICS[series.name].labels.map((label) =>
    boundLabelValue(series.labels[label] ?? '', limits.labelValueLength),
  );
}

function intern(
  name: ExposedName,
  target: string | undefined,
  values: readonly string[],
): Interned {
  const pairs: string[] = target === undefined ? [] : ['target', target];
  for (const [index, label] of EXPOSED_METRICS[name].labels.entries()) {
    const value = values[index];
    if (value !== undefined && value !== '') pairs.push(label, value);
  }
  // A copy has no room for more; what has grown has room for a dozen, and these live as long as the series.
  return { labels: pairs.slice(), plain: undefined, encodedLabels: undefined };
}

/**
 * Sorts the series of one source into families. Of series that are equal the last is kept, since Prometheus refuses a
 * page that holds one twice. What `before` knows already is taken over.
 */
export function internSeries(
  all: readonly Series[],
  target: string | undefined,
  before: InternTable,
  limits: ExpositionLimits,
): SourcePoints {
  const boundTarget =
    target === undefined ? undefined : boundLabelValue(target, limits.labelValueLength);
  const interned = new Map<string, Interned>();
  const families = new Map<ExposedName, Map<string, Point>>();
  let droppedCount = 0;
  for (const series of all) {
    const values = valuesOf(series, limits);
    const key = keyOf(series.name, values);
    if (!interned.has(key) && interned.size >= limits.seriesPerProbe) {
      droppedCount += 1;
      continue;
    }
    const known = before.get(key) ?? interned.get(key) ?? intern(series.name, boundTarget, values);
    interned.set(key, known);
    const points = families.get(series.name) ?? new Map<string, Point>();
    families.set(series.name, points);
    points.set(key, pointOf(known, series));
  }
  const byFamily = new Map([...families].map(([name, points]) => [name, [...points.values()]]));
  return { byFamily, interned, droppedCount };
}

function pointOf(known: Interned, { value, exemplar }: Series): Point {
  const { labels } = known;
  return exemplar === undefined
    ? { labels, value, prefixes: known }
    : { labels, value, exemplar, prefixes: known };
}

/** Whether nothing has changed, so that what was written of the one can stand for the other. */
export function samePoints(left: readonly Point[], right: readonly Point[]): boolean {
  return (
    left.length === right.length &&
    left.every((point, index) => {
      const other = right[index];
      return (
        other !== undefined &&
        point.prefixes === other.prefixes &&
        point.exemplar === other.exemplar &&
        isSameValue(point.value, other.value)
      );
    })
  );
}

function isSameValue(left: number | HistogramValue, right: number | HistogramValue): boolean {
  return Object.is(left, right);
}
