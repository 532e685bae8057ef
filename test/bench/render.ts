import { Gauge, Registry } from 'prom-client';
import { MEASUREMENTS, PROBE_METRICS } from '../../src/catalog/catalog.ts';
import { createExposition } from '../../src/exporter/exposition/exposition.ts';
import type { Exposition } from '../../src/exporter/exposition/exposition.ts';
import type { Sample } from '../../src/exporter/probes/probes.ts';
import { createSeededRandom, createSystemClock } from '../../src/std/std.ts';
import type { Random } from '../../src/std/std.ts';
import { metricsText } from '../support/page-text.ts';
import { createReport, createRun } from '../support/fake-run.ts';
import type { Figure } from './main.ts';

/** A probe run of this many samples, like data quality of a handful of objects. */
const SAMPLES_PER_RUN = 42;
/** The families of crm_probe_* that a successful run adds. */
const SERIES_PER_RUN = SAMPLES_PER_RUN + 8;
const REPEATS = 9;

function samplesOf(random: Random): readonly Sample[] {
  return Array.from({ length: SAMPLES_PER_RUN }, (_, index) => ({
    metric: 'crm_missing_ratio',
    labels: { object: `object_${index % 6}`, field: `field_${index}` },
    value: random.next(),
  }));
}

function record(exposition: Exposition, targetIndex: number, random: Random): void {
  const run = createRun(`target-${targetIndex}`, 'data_quality', {
    ok: true,
    samples: samplesOf(random),
    unknowns: [],
  });
  exposition.record(createReport(run));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds to the bytes of a page, as an HTTP server would send it. */
async function timeMs(render: () => string | Promise<string>): Promise<number> {
  const start = performance.now();
  Buffer.from(await render());
  return performance.now() - start;
}

async function ownFigures(seriesCount: number): Promise<readonly Figure[]> {
  const random = createSeededRandom(1);
  const runCount = seriesCount / SERIES_PER_RUN;
  const label = `render ${seriesCount / 1000}k series`;
  const recording: number[] = [];
  const first: number[] = [];
  const again: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const exposition = createExposition({ clock: createSystemClock() });
    const start = performance.now();
    for (let index = 0; index < runCount; index++) record(exposition, index, random);
    recording.push(performance.now() - start);
    first.push(await timeMs(() => metricsText(exposition)));
    for (let index = 0; index < runCount; index += 20) record(exposition, index, random);
    again.push(await timeMs(() => metricsText(exposition)));
  }
  return [
    {
      name: `${label}: record all runs, one by one as they end`,
      value: median(recording),
      unit: 'ms',
    },
    { name: `${label}: cold, first page`, value: median(first), unit: 'ms' },
    { name: `${label}: page after 5 % of the probes ran again`, value: median(again), unit: 'ms' },
  ];
}

async function promClientFigure(seriesCount: number): Promise<Figure> {
  const random = createSeededRandom(1);
  const registry = new Registry();
  const registers = [registry];
  const { help, labels } = MEASUREMENTS.crm_missing_ratio;
  const labelNames = ['target', ...labels];
  const measured = new Gauge({ name: 'crm_missing_ratio', help, labelNames, registers });
  const probeNames = Object.keys(PROBE_METRICS).slice(0, SERIES_PER_RUN - SAMPLES_PER_RUN);
  const probeGauges = probeNames.map(
    (name) => new Gauge({ name, help: name, labelNames: ['target', 'probe'], registers }),
  );
  for (let index = 0; index < seriesCount / SERIES_PER_RUN; index++) {
    const target = `target-${index}`;
    for (const gauge of probeGauges) gauge.set({ target, probe: 'data_quality' }, 1);
    for (const { labels: own, value } of samplesOf(random)) measured.set({ target, ...own }, value);
  }
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    times.push(await timeMs(async () => registry.metrics()));
  }
  const name = `render ${seriesCount / 1000}k series: page of prom-client 15.1.3`;
  return { name, value: median(times), unit: 'ms' };
}

/** Own renderer and prom-client side by side, in the same process on the same series. */
export async function renderFigures(): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const seriesCount of [10_000, 50_000]) {
    figures.push(...(await ownFigures(seriesCount)), await promClientFigure(seriesCount));
  }
  return figures;
}
