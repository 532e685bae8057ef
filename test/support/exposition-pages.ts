import { ALL_FORMATS, createExposition } from '../../src/exporter/exposition/exposition.ts';
import { createSelfMetrics } from '../../src/exporter/exposition/exposition.ts';
import type { ScrapeRequest } from '../../src/exporter/exposition/exposition.ts';
import type { FamilyChunks } from '../../src/exporter/exposition/chunk-store.ts';
import { writePage } from '../../src/exporter/exposition/page-writer.ts';
import type { FamilyHeader, Point } from '../../src/exporter/exposition/renderer.ts';
import type { Sample } from '../../src/exporter/probes/probes.ts';
import { createSilentLogger, sha256Hex } from '../../src/std/std.ts';
import { FAILED, createReport, createRun } from './fake-run.ts';
import { createManualClock } from './manual-clock.ts';

/** Pages that are the same on every machine and in every run, for parsers that are asked once. */
export type KnownPage = {
  /** What is on it, and in which format. */
  readonly name: string;
  readonly contentType: string;
  readonly sha256: string;
  readonly base64: string;
};

const TEXTS = ['|', ',:', '"', '\\', '\n', '\\n', 'é😀', '{}="', ' # {a="b"} 1 2', '\r\t\0'];
const NUMBERS = [0, -0, 1, 1e21, 5e-324, 0.1 + 0.2, -1e-7, NaN, Infinity, -Infinity];

/** What goes in, as [target, object, field, value]. */
export const KNOWN_SAMPLES: readonly (readonly [string, string, string, number])[] = [
  'crm',
  'a|b"\\\n',
].flatMap((target) =>
  TEXTS.map((field, index) => {
    const object = TEXTS[(index + 3) % TEXTS.length] ?? '';
    return [target, object, field, NUMBERS[index] ?? 0] as const;
  }),
);

/** Durations of the runs of `login`, whose histogram is native. */
export const KNOWN_DURATIONS: readonly number[] = [0, 0.25, 0.25, 3, 700];

async function resultsPage(request: ScrapeRequest): ReturnType<typeof writePage> {
  const selfMetrics = createSelfMetrics({
    logger: createSilentLogger(),
    withProcessMetrics: false,
    declared: ['crmwatch_probe_start_delay_seconds'],
  });
  selfMetrics.observe('crmwatch_probe_start_delay_seconds', 0.02);
  selfMetrics.increment('crmwatch_intake_refusals_total', { reason: 'x' }, 3);
  const exposition = createExposition({ clock: createManualClock(1_001_250), selfMetrics });
  for (const target of new Set(KNOWN_SAMPLES.map(([name]) => name))) {
    const samples = KNOWN_SAMPLES.filter(([name]) => name === target).map(
      ([, object, field, value]): Sample => ({
        metric: 'crm_missing_ratio',
        labels: { object, field },
        value,
      }),
    );
    const result = { ok: true as const, samples, unknowns: [] };
    exposition.record(createReport(createRun(target, 'data_quality', result)));
  }
  for (const durationSeconds of KNOWN_DURATIONS) {
    exposition.record(createReport({ ...createRun('crm', 'login', FAILED), durationSeconds }));
  }
  return exposition.render(request);
}

/** Names that crmwatch does not have, but that each format must be able to write. */
export const KNOWN_NAMES: readonly string[] = [
  'metric.name',
  'métrique',
  'plain',
  'a/b "c"\\',
  '0_first',
];

function namesPage(request: ScrapeRequest): ReturnType<typeof writePage> {
  const exemplar = { labels: ['run.id', 'x'], value: 1, timestampMs: 1500 };
  const families = KNOWN_NAMES.flatMap((name): readonly FamilyChunks[] => {
    const labels = ['label.name', 'v"\n\\', 'plain', 'x'];
    const family = (header: FamilyHeader, point: Omit<Point, 'labels' | 'prefixes'>) => ({
      header,
      chunks: [{ points: [{ labels, prefixes: {}, ...point }], written: {} }],
    });
    const histogram = { count: 2, sum: 3, classic: [{ upperBound: 1, count: 1 }] };
    return [
      family({ name, kind: 'gauge', help: 'A "gauge"\\\n.' }, { value: 1 }),
      family({ name: `${name}_total`, kind: 'counter', help: 'Counts.' }, { value: 2, exemplar }),
      family({ name: `${name}_h`, kind: 'histogram', help: 'Spread.' }, { value: histogram }),
    ];
  });
  return writePage(families, request);
}

/** Both pages in every format, and two that are broken, so that a parser can show that it looks. */
export async function knownPages(): Promise<readonly KnownPage[]> {
  const pages: KnownPage[] = [];
  const add = (name: string, contentType: string, bytes: Buffer): void => {
    const base64 = bytes.toString('base64');
    pages.push({ name, contentType, sha256: sha256Hex(bytes), base64 });
  };
  for (const { id, contentType } of ALL_FORMATS) {
    const request = { accept: contentType, acceptEncoding: '', names: [] };
    const results = Buffer.concat((await resultsPage(request)).body);
    add(`results ${id}`, contentType, results);
    add(`names ${id}`, contentType, Buffer.concat((await namesPage(request)).body));
    add(`broken ${id}`, contentType, breakPage(id, results));
  }
  return pages;
}

/** A page that is cut off; in the text formats inside of a value's quotes, since their lines stand alone. */
function breakPage(id: string, page: Buffer): Buffer {
  return id === 'protobuf' ? page.subarray(0, -3) : page.subarray(0, page.indexOf('probe="') + 9);
}

if (import.meta.main) process.stdout.write(JSON.stringify(await knownPages()));
