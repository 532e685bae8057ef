import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { createExposition } from '../../src/exporter/exposition/exposition.ts';
import { writePage } from '../../src/exporter/exposition/page-writer.ts';
import type { Chunk } from '../../src/exporter/exposition/chunk-store.ts';
import type { Point } from '../../src/exporter/exposition/renderer.ts';
import type { Sample } from '../../src/exporter/probes/probes.ts';
import { createSystemClock } from '../../src/std/std.ts';
import { createReport, createRun } from './fake-run.ts';

export type PeerName =
  | 'crmwatch'
  | 'crmwatch-whole'
  | 'prom-client'
  | 'prometheus-io-client'
  | 'opentelemetry';

/** One way to hold and render gauges; a source is what one module of one target measured. */
export type PeerRenderer = {
  setSource(source: number, count: number, valueOf: (index: number) => number): void;
  /** Ends when the bytes of the page are there, as they would be sent. */
  render(isCompressed: boolean): Promise<void>;
};

const LABELS = ['target', 'probe', 'object', 'field', 'check'] as const;

function labelsOf(source: number, index: number): Record<(typeof LABELS)[number], string> {
  return {
    target: `target-${source}`,
    probe: 'data_quality',
    object: `object_${index % 6}`,
    field: `field_${index}`,
    check: 'missing',
  };
}

const compress = promisify(gzip);

async function sendText(text: string, isCompressed: boolean): Promise<void> {
  const bytes = Buffer.from(text);
  if (isCompressed) await compress(bytes, { level: 1 });
}

/** Our renderer with points of five labels; series are known from one run of their module to the next. */
function createOwn(): PeerRenderer {
  const header = { name: 'crm_missing_ratio', kind: 'gauge', help: 'A gauge.' } as const;
  const interned = new Map<number, readonly Pick<Point, 'labels' | 'prefixes'>[]>();
  const chunks = new Map<number, Chunk>();
  return {
    setSource(source, count, valueOf) {
      const series =
        interned.get(source) ??
        Array.from({ length: count }, (_, index) => ({
          labels: Object.entries(labelsOf(source, index)).flat(),
          prefixes: {},
        }));
      interned.set(source, series);
      const points = series.map((one, index) => ({ ...one, value: valueOf(index) }));
      chunks.set(source, { points, written: {} });
    },
    async render(isCompressed) {
      const acceptEncoding = isCompressed ? 'gzip' : '';
      await writePage([{ header, chunks: [...chunks.values()] }], {
        accept: '',
        acceptEncoding,
        names: [],
      });
    },
  };
}

/** The whole exposition: what is measured, and the eleven families that tell the state of each probe. */
function createExposer(): PeerRenderer {
  const exposition = createExposition({ clock: createSystemClock() });
  return {
    setSource(source, count, valueOf) {
      const samples = Array.from({ length: count - FAMILIES_OF_A_RUN }, (_, index): Sample => {
        const { object, field } = labelsOf(source, index);
        return { metric: 'crm_missing_ratio', labels: { object, field }, value: valueOf(index) };
      });
      const result = { ok: true as const, samples, unknowns: [] };
      exposition.record(createReport(createRun(`target-${source}`, 'data_quality', result)));
    },
    async render(isCompressed) {
      const acceptEncoding = isCompressed ? 'gzip' : '';
      await exposition.render({ accept: '', acceptEncoding, names: [] });
    },
  };
}

/** Lines that a run adds besides what it measured. */
const FAMILIES_OF_A_RUN = 14;

/** What prom-client and its successor have in common. */
type GaugeLibrary = {
  readonly Registry: new () => { metrics(): Promise<string> };
  readonly Gauge: new (configuration: never) => { set(labels: never, value: number): void };
};

function createFromLibrary({ Gauge, Registry }: GaugeLibrary): PeerRenderer {
  const registry = new Registry();
  const gauge = new Gauge({
    name: 'crm_missing_ratio',
    help: 'A gauge.',
    labelNames: LABELS,
    registers: [registry],
  } as never);
  return {
    setSource(source, count, valueOf) {
      for (let index = 0; index < count; index++) {
        gauge.set(labelsOf(source, index) as never, valueOf(index));
      }
    },
    render: async (isCompressed) => sendText(await registry.metrics(), isCompressed),
  };
}

async function createOpenTelemetry(): Promise<PeerRenderer> {
  const { PrometheusExporter, PrometheusSerializer } =
    await import('@opentelemetry/exporter-prometheus');
  const { MeterProvider } = await import('@opentelemetry/sdk-metrics');
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({
    readers: [exporter],
    views: [{ instrumentName: '*', aggregationCardinalityLimit: 100_000 }],
  });
  const gauge = provider.getMeter('bench').createGauge('crm_missing_ratio');
  const serializer = new PrometheusSerializer();
  return {
    setSource(source, count, valueOf) {
      for (let index = 0; index < count; index++)
        gauge.record(valueOf(index), labelsOf(source, index));
    },
    async render(isCompressed) {
      const { resourceMetrics } = await exporter.collect();
      await sendText(serializer.serialize(resourceMetrics), isCompressed);
    },
  };
}

export async function createRenderer(name: PeerName): Promise<PeerRenderer> {
  switch (name) {
    case 'crmwatch':
      return createOwn();
    case 'crmwatch-whole':
      return createExposer();
    case 'prom-client':
      return createFromLibrary(await import('prom-client'));
    case 'prometheus-io-client':
      return createFromLibrary(await import('@prometheus-io/client'));
    case 'opentelemetry':
      return createOpenTelemetry();
  }
}
