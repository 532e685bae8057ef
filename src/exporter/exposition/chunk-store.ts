import type { Format, Point } from './renderer.ts';
import type { FamilyHeader } from './renderer.ts';
import { NO_POINTS, internSeries, samePoints } from './interned-series.ts';
import type { SourcePoints } from './interned-series.ts';
import type { ExpositionLimits } from './limits.ts';
import { EXPOSED_METRICS } from './series.ts';
import type { ExposedName, Series } from './series.ts';

/** What one source adds to one family: immutable points, and what was made of them. */
export type Chunk = {
  readonly points: readonly Point[];
  readonly written: WrittenByFormat;
};

/** By the id of the format; written when a scrape first asks for it. An object, as most hold one form of one line. */
export type WrittenByFormat = Record<string, WrittenChunk | undefined>;

export type WrittenChunk = {
  readonly byteLength: number;
  /** Let go when there is a compressed form: who takes that takes it at every scrape. */
  bytes: Uint8Array | undefined;
  gzipped: Uint8Array | undefined;
};

export type FamilyChunks = {
  readonly header: FamilyHeader;
  readonly chunks: readonly Chunk[];
  /** By the id of the format; absent for what is made anew for each page. */
  readonly members?: MembersByFormat;
};

/** The head of a family and its small chunks compressed as one, and what they were, to see whether they still are. */
export type SharedMember = {
  readonly head: Uint8Array;
  readonly chunks: readonly WrittenChunk[];
  readonly gzipped: Uint8Array;
};
export type MembersByFormat = Record<string, SharedMember | undefined>;

/** The results of all sources (such as a probe of a target), in chunks that change only when their source does. */
export type ChunkStore = {
  /** Replaces everything the source said before; returns how many series were beyond the limit. */
  replace(source: string, target: string | undefined, series: readonly Series[]): number;
  /** The families that hold something, as they are now: what comes later changes nothing in what is returned. */
  snapshot(): readonly FamilyChunks[];
};

/** Values that are read from a cache say so, once for all families that a probe measures. */
function helpOf(name: ExposedName): string {
  const { help, probe } = EXPOSED_METRICS[name];
  if (probe === undefined) return help;
  return `${help} Kept from the last run of the probe; crm_probe_result_age_seconds is its age.`;
}

export function createChunkStore(limits: ExpositionLimits): ChunkStore {
  const families = new Map(
    (Object.keys(EXPOSED_METRICS) as ExposedName[]).map((name) => {
      const header = { name, kind: EXPOSED_METRICS[name].kind, help: helpOf(name) };
      const members: MembersByFormat = {};
      return [name, { header, chunks: new Map<string, Chunk>(), members }] as const;
    }),
  );
  const sources = new Map<string, SourcePoints>();

  function setChunk(name: ExposedName, source: string, points: readonly Point[] | undefined): void {
    const chunks = families.get(name)?.chunks;
    if (points === undefined) {
      chunks?.delete(source);
      return;
    }
    const before = chunks?.get(source);
    if (before !== undefined && samePoints(before.points, points)) return;
    chunks?.set(source, { points, written: {} });
  }

  return {
    replace(source, target, series) {
      const before = sources.get(source) ?? NO_POINTS;
      const after = internSeries(series, target, before.interned, limits);
      for (const name of before.byFamily.keys()) {
        if (!after.byFamily.has(name)) setChunk(name, source, undefined);
      }
      for (const [name, points] of after.byFamily) setChunk(name, source, points);
      if (after.byFamily.size === 0) sources.delete(source);
      else sources.set(source, after);
      return after.droppedCount;
    },
    snapshot: () =>
      [...families.values()]
        .filter(({ chunks }) => chunks.size > 0)
        .map(({ header, chunks, members }) => ({ header, chunks: [...chunks.values()], members })),
  };
}

/** Formats that are remembered at a time: who asks for one after the other must not multiply the memory. */
const REMEMBERED_FORMATS = 3;

/** Makes room for one more format by forgetting the oldest. */
export function forgetOldest(byFormat: Record<string, unknown>, formatId: string): void {
  const known = Object.keys(byFormat);
  const [oldest] = known;
  if (oldest === undefined || known.length < REMEMBERED_FORMATS || known.includes(formatId)) return;
  delete byFormat[oldest];
}

/** A chunk in a format, from its memory or written now; its bytes too unless a compressed form will do. */
export function writeChunk(
  header: FamilyHeader,
  chunk: Chunk,
  format: Format,
  isCompressed: boolean,
): WrittenChunk {
  const known = chunk.written[format.id];
  if (known?.bytes !== undefined) return known;
  if (known?.gzipped !== undefined && isCompressed) return known;
  const bytes = format.chunk(header, chunk.points);
  const written = known ?? { byteLength: bytes.length, bytes, gzipped: undefined };
  written.bytes = bytes;
  forgetOldest(chunk.written, format.id);
  chunk.written[format.id] = written;
  return written;
}
